#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

using Ids = std::vector<std::string>;

Action declare(CLI::App& app, const std::string& doing, void (runtime::Task::*action)()) {
  const auto ids = std::make_shared<Ids>();
  add_positionals(app, "ID", *ids, "containers", Presence::required);
  return [ids, doing, action](Context& context) {
    const auto one = [&](const std::string& id) {
      auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), id);
      (task.*action)();
    };
    return for_each_name(context, *ids, doing, one, Echo::nothing);
  };
}

}  // namespace

Action declare_tasks_pause(CLI::App& app) { return declare(app, "failed to pause", &runtime::Task::pause); }
Action declare_tasks_resume(CLI::App& app) { return declare(app, "failed to resume", &runtime::Task::resume); }

}  // namespace ctrbox::commands
