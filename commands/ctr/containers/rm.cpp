#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "runtime/container/container.h"
#include "runtime/task/forced_removal.h"
#include "runtime/task/lookup.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::vector<std::string> ids;
  bool keep_snapshot = false;
  bool force = false;
};

void remove_ended_task_of(Context& context, const std::string& id) {
  const auto task = runtime::find_task_info(context.database(), context.paths(), context.ns(), id);
  if (!task) return;
  if (task->status != runtime::TaskStatus::stopped && task->status != runtime::TaskStatus::created) {
    throw core::failed_precondition(std::string("cannot delete a non stopped container: ") +
                                    runtime::to_string(task->status) + "; end it first: ctr tasks kill " + id +
                                    ", or remove it with --force");
  }
  runtime::Task::open(context.database(), context.paths(), context.ns(), id).remove();
}

/// Returns whether the container is still there: that of `run --rm` goes with its task.
bool end_task_of(Context& context, const std::string& id) {
  try {
    runtime::remove_task_by_force(context.database(), context.paths(), context.ns(), id);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;
    return true;  // no task; removing the container tells if there is none of these either
  }
  return core::containers::find_row(context.database(), context.ns(), id).has_value();
}

int remove(Context& context, const Options& options) {
  const auto fate = options.keep_snapshot ? runtime::SnapshotFate::keep : runtime::SnapshotFate::remove;
  const auto remove_one = [&](const std::string& id) {
    if (!options.force) {
      remove_ended_task_of(context, id);
    } else if (!end_task_of(context, id)) {
      return;
    }
    runtime::remove_container(context.database(), context.paths(), context.ns(), id, fate);
  };
  return for_each_name(context, options.ids, "failed to delete container", remove_one, Echo::nothing);
}

}  // namespace

Action declare_containers_rm(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "--keep-snapshot", options->keep_snapshot, "leave the root file system's snapshot");
  add_switch(app, "-f,--force", options->force, "kill it first if it runs");
  add_positionals(app, "ID", options->ids, "containers", Presence::required);
  return [options](Context& context) { return remove(context, *options); };
}

}  // namespace ctrbox::commands
