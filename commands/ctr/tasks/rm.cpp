#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "runtime/task/forced_removal.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::vector<std::string> ids;
  bool force = false;
};

int remove(Context& context, const Options& options) {
  const auto remove_one = [&](const std::string& id) {
    if (options.force) {
      runtime::remove_task_by_force(context.database(), context.paths(), context.ns(), id);
    } else {
      runtime::Task::open(context.database(), context.paths(), context.ns(), id).remove();
    }
  };
  return for_each_name(context, options.ids, "failed to delete task", remove_one, Echo::nothing);
}

}  // namespace

Action declare_tasks_rm(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-f,--force", options->force, "kill it first if it runs");
  add_positionals(app, "ID", options->ids, "containers whose task is removed", Presence::required);
  return [options](Context& context) { return remove(context, *options); };
}

}  // namespace ctrbox::commands
