#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  bool quiet = false;
};

int list(Context& context, const Options& options) {
  const auto tasks = runtime::list_tasks(context.database(), context.paths(), context.ns());
  if (options.quiet) {
    for (const auto& task : tasks) context.out() << core::escape_for_terminal(task.id) << "\n";
    return 0;
  }
  Table table({"TASK", "PID", "STATUS"}, {.padding = 4, .min_width = 4});
  for (const auto& task : tasks) table.add_row({task.id, std::to_string(task.pid), runtime::to_string(task.status)});
  table.print(context.out());
  return 0;
}

}  // namespace

Action declare_tasks_ls(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print ids only");
  return [options](Context& context) { return list(context, *options); };
}

}  // namespace ctrbox::commands
