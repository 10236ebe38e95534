#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/ui/table.h"
#include "runtime/task/inside.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  bool quiet = false;
};

/// "01:02:03", as ps shows the time a process has computed.
std::string clock_text(std::chrono::milliseconds time) {
  const auto seconds = time.count() / 1000;
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
}

int list(Context& context, const Options& options) {
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  const auto processes = runtime::list_inside(task);
  if (options.quiet) {
    for (const auto& process : processes) context.out() << process.details.identity.pid << "\n";
    return 0;
  }
  Table table({"PID", "PPID", "UID", "TIME", "EXEC", "COMMAND"}, {.padding = 4, .min_width = 4});
  for (const auto& [process, exec_id] : processes)
    table.add_row({std::to_string(process.identity.pid), std::to_string(process.parent), std::to_string(process.uid),
                   clock_text(process.cpu_time), exec_id.empty() ? "-" : exec_id, process.command});
  table.print(context.out());
  return 0;
}

}  // namespace

Action declare_tasks_ps(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print pids only");
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return list(context, *options); };
}

}  // namespace ctrbox::commands
