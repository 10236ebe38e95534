#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "commands/flags/value.h"
#include "core/base/error.h"
#include "core/sys/signals.h"
#include "runtime/task/inside.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

constexpr std::uint64_t kMaxPid = 4194304;  // the kernel's own limit

struct Options {
  std::vector<std::string> ids;
  std::string signal = "SIGTERM";
  std::string exec_id;
  std::string pid;
  bool all = false;
};

void check(const Options& options) {
  const int targets = int(options.all) + int(!options.exec_id.empty()) + int(!options.pid.empty());
  if (targets > 1) throw core::invalid_argument("--all, --exec-id and --pid exclude each other");
  if (options.ids.size() > 1 && (!options.exec_id.empty() || !options.pid.empty()))
    throw core::invalid_argument("a process is one of one container: name one container");
}

int kill(Context& context, const Options& options) {
  check(options);
  const int signal = core::parse_signal(options.signal);
  const auto pid = options.pid.empty() ? 0 : static_cast<pid_t>(parsed("--pid", options.pid, whole_number(1, kMaxPid)));
  const auto kill_one = [&](const std::string& id) {
    auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), id);
    if (options.all) {
      task.kill_all(static_cast<std::uint32_t>(signal));
    } else if (pid != 0) {
      runtime::kill_inside(task, pid, signal);
    } else {
      task.process(options.exec_id).kill(static_cast<std::uint32_t>(signal));
    }
  };
  return for_each_name(context, options.ids, "failed to kill", kill_one, Echo::nothing);
}

}  // namespace

Action declare_tasks_kill(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "-s,--signal", options->signal, "SIGNAL", "name or number; SIGTERM when left out");
  add_switch(app, "-a,--all", options->all, "signal every process of the container, not only its first");
  add_value(app, "--exec-id", options->exec_id, "ID", "signal a process that was added");
  add_value(app, "--pid", options->pid, "PID", "signal one process of the container, by its pid on the host");
  add_positionals(app, "ID", options->ids, "containers", Presence::required);
  return [options](Context& context) { return kill(context, *options); };
}

}  // namespace ctrbox::commands
