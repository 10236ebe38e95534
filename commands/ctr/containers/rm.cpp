#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "runtime/container/container.h"
#include "runtime/task/lookup.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::vector<std::string> ids;
  bool keep_snapshot = false;
};

void remove_task_of(Context& context, const std::string& id) {
  const auto task = runtime::find_task_info(context.database(), context.paths(), context.ns(), id);
  if (!task) return;
  if (task->status != runtime::TaskStatus::stopped && task->status != runtime::TaskStatus::created) {
    throw core::failed_precondition(std::string("cannot delete a non stopped container: ") +
                                    runtime::to_string(task->status) + "; end it first: ctr tasks kill " + id);
  }
  runtime::Task::open(context.database(), context.paths(), context.ns(), id).remove();
}

int remove(Context& context, const Options& options) {
  const auto fate = options.keep_snapshot ? runtime::SnapshotFate::keep : runtime::SnapshotFate::remove;
  const auto remove_one = [&](const std::string& id) {
    remove_task_of(context, id);
    runtime::remove_container(context.database(), context.paths(), context.ns(), id, fate);
  };
  return for_each_name(context, options.ids, "failed to delete container", remove_one, Echo::nothing);
}

}  // namespace

Action declare_containers_rm(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "--keep-snapshot", options->keep_snapshot, "leave the root file system's snapshot");
  add_positionals(app, "ID", options->ids, "containers", Presence::required);
  return [options](Context& context) { return remove(context, *options); };
}

}  // namespace ctrbox::commands
