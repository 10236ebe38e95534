#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string exec_id;
};

int close_io(Context& context, const Options& options) {
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  task.process(options.exec_id).close_stdin();
  return 0;
}

}  // namespace

Action declare_tasks_close_io(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--exec-id", options->exec_id, "ID", "a process that was added, instead of the first");
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return close_io(context, *options); };
}

}  // namespace ctrbox::commands
