#include "runtime/task/recovery.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/staging.h"
#include "core/sys/file.h"
#include "core/sys/pidfd.h"
#include "core/sys/process.h"
#include "runtime/spec/defaults.h"
#include "runtime/task/bundle.h"
#include "runtime/task/client_io.h"
#include "runtime/task/leftovers.h"
#include "runtime/task/told.h"

namespace ctrbox::runtime {
namespace {

constexpr std::uint32_t kKilled = 128 + SIGKILL;
constexpr int kEndTimeoutMs = 2000;

/// The state directory that the task was started with, which may be another than this command's.
core::Paths paths_of(core::Paths paths, const std::string& ns, const TaskRecord& record) {
  const std::string below = core::Paths{}.task(ns, record.id);
  if (record.bundle.ends_with(below)) paths.state = record.bundle.substr(0, record.bundle.size() - below.size());
  return paths;
}

/// Of a container without a record nothing is known but the usual.
Runtime find_runtime(state::Database& database, const TaskName& name) {
  if (const auto container = core::containers::find(database, name.ns, name.id)) return runtime_of(*container);
  return {{}, cgroup_path(name.ns, name.id)};
}

void end_leftovers(state::Database& database, const TaskName& name, const TaskRecord& record) {
  // The first process by its identity: its group may be one that cannot be seen from here, or is another's by now.
  if (record.init.pid != 0 && record.boot_id == core::boot_id()) {
    if (const auto init = core::PidFd::open(record.init)) {
      init->send_signal(SIGKILL);
      init->wait_for_end(kEndTimeoutMs);
    }
  }
  end_container(name, find_runtime(database, name), record.bundle);
}

void record_loss(state::Database& database, const TaskName& name) {
  ExitOutcome outcome;
  const ExitStatus exit{kKilled, core::now_ns()};
  database.write(state::Durability::normal, [&](state::Transaction& tx) {
    record_lost_execs(tx, name, exit);  // before the exit of the first process, which they do not outlive
    outcome = record_exit(tx, name, exit);
  });
  remove_files(database, name, outcome);
}

/// A bundle that nobody has locked: its shim was killed, before its exit was recorded or after. Also when a client is
/// about to lock the directory it has just made; it makes another then.
void sweep_bundle(state::Database& database, const TaskName& name, const core::FileLock& lock) {
  const std::string bundle = name.paths.task(name.ns, name.id);
  const bool was_used = !core::list_directory(lock.fd()).empty();
  const auto record = find_task(database, name.ns, name.id);
  if (record && record->bundle == bundle && !record->is_stopped()) {
    end_leftovers(database, name, *record);
    record_loss(database, name);
  } else if (was_used) {
    end_container(name, find_runtime(database, name), bundle);
  }
  remove_bundle(bundle);
  if (!was_used) return;
  if (!core::containers::find_row(database, name.ns, name.id))
    core::remove_tree(AT_FDCWD, name.paths.logs(name.ns, name.id));
  for (const std::string_view snapshotter : {core::snapshots::kDefaultSnapshotter, core::snapshots::kNativeSnapshotter})
    core::snapshots::sweep_unowned(database, name.paths, std::string(snapshotter));
}

void sweep_bundles(state::Database& database, const core::Paths& paths, const std::string& ns) {
  const auto directory = core::find_at(AT_FDCWD, paths.tasks() + "/" + ns, O_RDONLY | O_DIRECTORY);
  if (!directory) return;
  for (const auto& id : core::list_directory(directory->get())) {
    const TaskName name{paths, ns, id};
    try {
      if (const auto lock = try_lock_bundle(paths.task(ns, id))) sweep_bundle(database, name, *lock);
    } catch (const core::Error& error) {
      core::log::error("cleaning up after " + id + ": " + error.what());  // the next command tries again
    }
  }
}

}  // namespace

bool has_living_shim(const TaskRecord& record) {
  return record.boot_id == core::boot_id() && is_bundle_locked(record.bundle);
}

std::optional<TaskRecord> settle_task(state::Database& database, const core::Paths& paths, const std::string& ns,
                                      const TaskRecord& record) {
  if (record.is_stopped() || has_living_shim(record)) return record;
  // With the lock nobody else settles the same task; without a bundle (a reboot) the transaction alone decides.
  const auto lock = try_lock_bundle(record.bundle);
  const auto now = find_task(database, ns, record.id);
  if (!now || now->is_stopped()) return now;  // its shim had recorded it before it went
  if (!lock && now->boot_id == core::boot_id() && is_bundle_locked(record.bundle)) return now;
  const TaskName name{paths_of(paths, ns, *now), ns, record.id};
  end_leftovers(database, name, *now);
  record_loss(database, name);
  if (lock) remove_bundle(record.bundle);
  return find_task(database, ns, record.id);
}

void settle_tasks(state::Database& database, const core::Paths& paths, const std::string& ns) {
  sweep_bundles(database, paths, ns);
  for (const auto& record : list_task_records(database, ns)) settle_task(database, paths, ns, record);
  sweep_fifos(paths);
}

}  // namespace ctrbox::runtime
