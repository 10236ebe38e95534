#include "runtime/shim/recorder.h"

#include "core/events/outbox.h"
#include "core/sys/failpoint.h"
#include "core/sys/own_process.h"

namespace ctrbox::runtime::shim {

using state::Durability;
using state::Transaction;

state::Database& Recorder::database() {
  if (!database_) database_ = std::make_unique<state::Database>(name_.paths.database());
  return *database_;
}

void Recorder::prepare() noexcept {
  try {
    database();
  } catch (...) {
    database_.reset();
  }
}

template <typename Event>
void Recorder::tell(const Event& event) {
  database().write(Durability::normal, [&](Transaction& tx) { core::events::append(tx, name_.ns, event); });
}

void Recorder::started(const TaskRecord& record, const std::vector<core::Mount>& rootfs) {
  core::failpoint("shim.start.before_record");
  database().write(Durability::normal, [&](Transaction& tx) { record_start(tx, name_.ns, record, rootfs); });
  core::failpoint("shim.start.after_record");
}

void Recorder::start_failed() {
  database().write(Durability::normal, [&](Transaction& tx) { unclaim_task(tx, name_.ns, name_.id); });
}

void Recorder::paused(bool paused) {
  database().write(Durability::normal, [&](Transaction& tx) { record_pause(tx, name_.ns, name_.id, paused); });
}

void Recorder::exited(const TaskRecord&, const ExitStatus& exit) {
  core::failpoint("shim.exit.before_record");
  database().write(Durability::normal, [&](Transaction& tx) { outcome_ = record_exit(tx, name_, exit); });
  core::failpoint("shim.exit.after_record");
}

bool Recorder::exited_to_restart(const TaskRecord&, const ExitStatus& exit) {
  core::failpoint("shim.restart.before_record");
  bool recorded = false;
  database().write(Durability::normal, [&](Transaction& tx) { recorded = record_exit_to_restart(tx, name_, exit); });
  core::failpoint("shim.restart.after_record");
  return recorded;
}

void Recorder::restarted(const TaskRecord& record) {
  database().write(Durability::normal, [&](Transaction& tx) { record_restart(tx, name_.ns, record); });
}

void Recorder::stop_asked() {
  database().write(Durability::normal, [&](Transaction& tx) { mark_stopped(tx, name_.ns, name_.id); });
}

void Recorder::out_of_memory() { tell(core::events::TaskOom{name_.id}); }

void Recorder::checkpointed(const std::string& path) { tell(core::events::TaskCheckpointed{name_.id, path}); }

void Recorder::exec_started(const ExecProcess& process) {
  core::failpoint("shim.exec.before_record");
  database().write(Durability::normal, [&](Transaction& tx) {
    core::events::append(tx, name_.ns, core::events::TaskExecAdded{name_.id, process.id});
    core::events::append(tx, name_.ns, core::events::TaskExecStarted{name_.id, process.id, process.pid});
  });
  core::failpoint("shim.exec.after_record");
}

void Recorder::exec_exited(const ExecProcess& process, const ExitStatus& exit) {
  tell(core::events::TaskExit{name_.id, process.id, process.pid, exit.status, exit.exited_at});
  core::failpoint("shim.exec.after_exit_record");
}

void Recorder::remove_files() {
  if (outcome_.container_removed) runtime::remove_files(database(), name_, outcome_);
}

void Recorder::rest() {
  if (!database_) return;
  database_.reset();
  core::return_free_memory();
}

}  // namespace ctrbox::runtime::shim
