#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "core/sys/signals.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string signal = "SIGTERM";
  bool all = false;
};

int kill(Context& context, const Options& options) {
  const auto signal = static_cast<std::uint32_t>(core::parse_signal(options.signal));
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  if (options.all) {
    task.kill_all(signal);
  } else {
    task.kill(signal);
  }
  return 0;
}

}  // namespace

Action declare_tasks_kill(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "-s,--signal", options->signal, "SIGNAL", "name or number; SIGTERM when left out");
  add_switch(app, "-a,--all", options->all, "signal every process of the container, not only its first");
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return kill(context, *options); };
}

}  // namespace ctrbox::commands
