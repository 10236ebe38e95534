#include "runtime/task/recovery.h"

#include <signal.h>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/pidfd.h"
#include "core/sys/process.h"
#include "core/sys/spawn.h"
#include "runtime/runc/runc.h"
#include "runtime/task/bundle.h"

namespace ctrbox::runtime {
namespace {

constexpr std::uint32_t kKilled = 128 + SIGKILL;
constexpr int kEndTimeoutMs = 2000;

/// runc's own state goes with `delete --force`; a process it no longer knows is ended by its handle.
void end_leftovers(const core::Paths& paths, const std::string& ns, const TaskRecord& record) {
  try {
    const runc::Runc runc(runc::kProgram, paths.runc_root(ns), record.bundle + "/" + kBundleLog);
    core::wait_for(core::spawn(runc.remove(record.id)));
  } catch (const core::Error& error) {
    core::log::debug("cleaning up after " + record.id + ": " + error.what());
  }
  if (record.init.pid == 0) return;
  if (const auto init = core::PidFd::open(record.init)) {
    init->send_signal(SIGKILL);
    init->wait_for_end(kEndTimeoutMs);
  }
}

void record_loss(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  const TaskName name{paths, ns, id};
  ExitOutcome outcome;
  const ExitStatus exit{kKilled, core::now_ns()};
  database.write(state::Durability::normal, [&](state::Transaction& tx) { outcome = record_exit(tx, name, exit); });
  remove_snapshot_files(database, name, outcome);
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
  if (now->boot_id == core::boot_id()) {
    if (!lock && is_bundle_locked(record.bundle)) return now;
    end_leftovers(paths, ns, *now);
  }
  record_loss(database, paths, ns, record.id);
  if (lock) remove_bundle(record.bundle);
  return find_task(database, ns, record.id);
}

}  // namespace ctrbox::runtime
