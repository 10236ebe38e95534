#include "runtime/container/start.h"

#include <algorithm>

#include "core/containers/containers.h"
#include "core/namespaces/namespaces.h"
#include "core/snapshots/snapshots.h"
#include "runtime/spec/exec_process.h"
#include "runtime/task/lookup.h"
#include "runtime/task/restart_policy.h"

namespace ctrbox::runtime {
namespace {

bool is_wanted(const core::containers::Container& container) {
  try {
    const RestartPolicy wanted = parse_restart_policy(core::label_or_none(container.labels, kRestartPolicyLabel));
    if (!wanted.survives_reboot()) return false;
    const bool stopped = container.labels.count(kExplicitlyStoppedLabel) != 0;
    return wanted.when == RestartPolicy::When::always || !stopped;
  } catch (const core::Error&) {
    return false;  // somebody else's label
  }
}

void start_detached(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  make_way(database, paths, ns, id);
  Task::create(database, paths, start_options(database, paths, ns, id)).start();
}

}  // namespace

CreateOptions start_options(state::Database& database, const core::Paths& paths, const std::string& ns,
                            const std::string& id) {
  CreateOptions create;
  create.ns = ns;
  create.container = core::containers::get(database, ns, id);
  create.terminal = has_terminal(create.container.spec);
  create.log_uri = core::label_or_none(create.container.labels, kRestartLogLabel);
  if (!create.container.snapshot_key.empty()) {
    create.rootfs = core::snapshots::Snapshots(database, paths, ns, create.container.snapshotter)
                        .mounts(create.container.snapshot_key);
  }
  return create;
}

void make_way(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  const auto task = find_task_info(database, paths, ns, id);
  if (!task) return;
  if (task->status != TaskStatus::stopped)
    throw core::already_exists("the container " + core::quoted(id) + " has a task that has not ended");
  try {
    Task::open(database, paths, ns, id).remove();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;  // somebody else has removed it
  }
}

void start_by_policy(state::Database& database, const core::Paths& paths, const OnStarted& on_started) {
  for (const auto& ns : core::namespaces::list(database)) {
    const auto containers = core::containers::list(database, ns.name, {});
    for (const auto& task : list_tasks(database, paths, ns.name)) {
      if (task.status != TaskStatus::stopped) continue;
      const auto found = std::find_if(containers.begin(), containers.end(),
                                      [&](const auto& container) { return container.id == task.id; });
      if (found == containers.end() || !is_wanted(*found)) continue;
      try {
        start_detached(database, paths, ns.name, task.id);
        on_started(ns.name, task.id, nullptr);
      } catch (const core::Error& error) {
        on_started(ns.name, task.id, &error);
      }
    }
  }
}

}  // namespace ctrbox::runtime
