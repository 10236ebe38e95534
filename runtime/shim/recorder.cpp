#include "runtime/shim/recorder.h"

#include "core/sys/failpoint.h"
#include "core/sys/own_process.h"

namespace ctrbox::runtime::shim {

using state::Durability;
using state::Transaction;

state::Database& Recorder::database() {
  if (!database_) database_ = std::make_unique<state::Database>(name_.paths.database());
  return *database_;
}

void Recorder::prepare() {
  if (enabled_) database();
}

void Recorder::started(const TaskRecord& record, const std::vector<core::Mount>& rootfs) {
  if (!enabled_) return;
  core::failpoint("shim.start.before_record");
  database().write(Durability::normal, [&](Transaction& tx) { record_start(tx, name_.ns, record, rootfs); });
  core::failpoint("shim.start.after_record");
}

void Recorder::start_failed() {
  if (!enabled_) return;
  database().write(Durability::normal, [&](Transaction& tx) { unclaim_task(tx, name_.ns, name_.id); });
}

void Recorder::paused(bool paused) {
  if (!enabled_) return;
  database().write(Durability::normal, [&](Transaction& tx) { record_pause(tx, name_.ns, name_.id, paused); });
}

void Recorder::exited(const ExitStatus& exit) {
  if (!enabled_) return;
  core::failpoint("shim.exit.before_record");
  database().write(Durability::normal, [&](Transaction& tx) { outcome_ = record_exit(tx, name_, exit); });
  core::failpoint("shim.exit.after_record");
}

void Recorder::remove_files() {
  if (enabled_ && !outcome_.snapshot_directories.empty()) remove_snapshot_files(database(), name_, outcome_);
}

void Recorder::rest() {
  if (!database_) return;
  database_.reset();
  core::return_free_memory();
}

}  // namespace ctrbox::runtime::shim
