#include "runtime/task/record.h"

#include <fcntl.h>

#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/events/outbox.h"
#include "core/labels/labels.h"
#include "core/snapshots/snapshots.h"
#include "core/sys/file.h"
#include "runtime/task/restart_policy.h"

namespace ctrbox::runtime {
namespace {

namespace events = core::events;

TaskRecord read_row(const state::Statement& row) {
  TaskRecord record;
  record.id = row.text(0);
  record.bundle = row.text(1);
  record.boot_id = row.text(2);
  record.shim = {static_cast<pid_t>(row.integer(3)), static_cast<std::uint64_t>(row.integer(4))};
  record.init = {static_cast<pid_t>(row.integer(5)), static_cast<std::uint64_t>(row.integer(6))};
  record.status = static_cast<TaskStatus>(row.integer(7));
  record.io = {row.text(8), row.text(9), row.text(10), row.integer(11) != 0};
  if (const auto status = row.optional_integer(12)) record.exit_status = static_cast<std::uint32_t>(*status);
  record.exited_at = row.optional_integer(13).value_or(0);
  record.remove_on_exit = row.integer(14) != 0;
  return record;
}

std::uint32_t wire_pid(const TaskRecord& record) { return static_cast<std::uint32_t>(record.init.pid); }

std::int64_t container_row(state::Transaction& tx, const std::string& ns, const std::string& id) {
  const auto row = core::containers::find_row(tx.database(), ns, id);
  if (!row) throw core::not_found("container " + core::quoted(id) + " in namespace " + core::quoted(ns));
  return *row;
}

core::Error no_such_task(const std::string& id) { return core::not_found("task " + id + " not found"); }

void delete_row(state::Transaction& tx, const std::string& ns, const TaskRecord& record, const ExitStatus& exit) {
  tx.execute("DELETE FROM tasks WHERE container_id = ?", container_row(tx, ns, record.id));
  events::append(tx, ns, events::TaskDelete{record.id, wire_pid(record), exit.status, exit.exited_at, record.id});
}

/// With --rm: the snapshot first, then the container, as a client of containerd does it.
void remove_container(state::Transaction& tx, const TaskName& name, ExitOutcome& outcome) {
  const auto container = core::containers::find(tx.database(), name.ns, name.id);
  if (!container) return;
  if (!container->snapshot_key.empty()) {
    core::snapshots::Snapshots snapshots(tx.database(), name.paths, name.ns, container->snapshotter);
    if (snapshots.find(container->snapshot_key)) {
      outcome.snapshotter = container->snapshotter;
      outcome.snapshot_directories = snapshots.remove_row(tx, container->snapshot_key);
    }
  }
  core::containers::remove(tx, name.ns, name.id);
  outcome.container_removed = true;
}

}  // namespace

std::optional<TaskRecord> find_task(state::Database& database, const std::string& ns, const std::string& id) {
  auto row = database.query(
      "SELECT c.name, t.bundle, t.boot_id, t.shim_pid, t.shim_start_time, t.pid, t.pid_start_time, t.status, t.stdin,"
      " t.stdout, t.stderr, t.terminal, t.exit_status, t.exited_at, t.remove_on_exit"
      " FROM tasks t JOIN containers c ON c.id = t.container_id JOIN namespaces n ON n.id = c.namespace_id"
      " WHERE n.name = ? AND c.name = ?",
      ns, id);
  if (!row.step()) return std::nullopt;
  return read_row(row);
}

std::vector<TaskRecord> list_task_records(state::Database& database, const std::string& ns) {
  auto row = database.query(
      "SELECT c.name, t.bundle, t.boot_id, t.shim_pid, t.shim_start_time, t.pid, t.pid_start_time, t.status, t.stdin,"
      " t.stdout, t.stderr, t.terminal, t.exit_status, t.exited_at, t.remove_on_exit"
      " FROM tasks t JOIN containers c ON c.id = t.container_id JOIN namespaces n ON n.id = c.namespace_id"
      " WHERE n.name = ? ORDER BY c.name",
      ns);
  std::vector<TaskRecord> records;
  while (row.step()) records.push_back(read_row(row));
  return records;
}

void claim_task(state::Transaction& tx, const std::string& ns, const TaskRecord& record) {
  if (find_task(tx.database(), ns, record.id)) throw core::already_exists("task " + record.id + " already exists");
  tx.execute(
      "INSERT INTO tasks (container_id, bundle, boot_id, shim_pid, shim_start_time, pid, pid_start_time, status, stdin,"
      " stdout, stderr, terminal, remove_on_exit) VALUES (?, ?, ?, 0, 0, 0, 0, 0, ?, ?, ?, ?, ?)",
      container_row(tx, ns, record.id), record.bundle, record.boot_id, record.io.stdin_path, record.io.stdout_path,
      record.io.stderr_path, record.io.terminal, record.remove_on_exit);
}

void unclaim_task(state::Transaction& tx, const std::string& ns, const std::string& id) {
  tx.execute("DELETE FROM tasks WHERE status = 0 AND container_id = ?", container_row(tx, ns, id));
}

void record_start(state::Transaction& tx, const std::string& ns, const TaskRecord& record,
                  const std::vector<core::Mount>& rootfs) {
  const auto changed = tx.execute(
      "UPDATE tasks SET shim_pid = ?, shim_start_time = ?, pid = ?, pid_start_time = ?, status = 2"
      " WHERE status = 0 AND container_id = ?",
      static_cast<std::int64_t>(record.shim.pid), static_cast<std::int64_t>(record.shim.start_time),
      static_cast<std::int64_t>(record.init.pid), static_cast<std::int64_t>(record.init.start_time),
      container_row(tx, ns, record.id));
  if (changed != 1) throw no_such_task(record.id);
  events::append(tx, ns, events::TaskCreate{record.id, record.bundle, rootfs, record.io, wire_pid(record)});
  events::append(tx, ns, events::TaskStart{record.id, wire_pid(record)});
}

void record_pause(state::Transaction& tx, const std::string& ns, const std::string& id, bool paused) {
  const int before = paused ? 2 : 4;
  const int after = paused ? 4 : 2;
  const auto changed = tx.execute("UPDATE tasks SET status = ? WHERE status = ? AND container_id = ?", after, before,
                                  container_row(tx, ns, id));
  if (changed != 1) return;
  if (paused) {
    events::append(tx, ns, events::TaskPaused{id});
  } else {
    events::append(tx, ns, events::TaskResumed{id});
  }
}

bool record_exit_to_restart(state::Transaction& tx, const TaskName& name, const ExitStatus& exit) {
  const auto record = find_task(tx.database(), name.ns, name.id);
  if (!record || record->is_claim() || record->is_stopped()) return false;
  tx.execute(
      "UPDATE tasks SET status = 1, exit_status = ?, exited_at = ? "
      "WHERE container_id = ?",
      exit.status, exit.exited_at, container_row(tx, name.ns, name.id));
  events::append(tx, name.ns, events::TaskExit{name.id, name.id, wire_pid(*record), exit.status, exit.exited_at});
  return true;
}

void record_restart(state::Transaction& tx, const std::string& ns, const TaskRecord& record) {
  const auto before = find_task(tx.database(), ns, record.id);
  if (!before || before->status != TaskStatus::created) throw no_such_task(record.id);
  tx.execute(
      "UPDATE tasks SET pid = ?, pid_start_time = ?, status = 2, exit_status = NULL, exited_at = NULL"
      " WHERE container_id = ?",
      static_cast<std::int64_t>(record.init.pid), static_cast<std::int64_t>(record.init.start_time),
      container_row(tx, ns, record.id));
  const std::uint32_t last_status = before->exit_status.value_or(255);
  events::append(tx, ns, events::TaskDelete{record.id, wire_pid(*before), last_status, before->exited_at, record.id});
  events::append(tx, ns, events::TaskCreate{record.id, record.bundle, {}, record.io, wire_pid(record)});
  events::append(tx, ns, events::TaskStart{record.id, wire_pid(record)});
}

namespace {

void set_stopped_label(state::Transaction& tx, const std::string& ns, const std::string& id, const char* value) {
  const auto container = core::containers::find(tx.database(), ns, id);
  if (!container) return;
  if (core::label_or_none(container->labels, kExplicitlyStoppedLabel) == value) return;
  core::merge_labels(tx, core::LabelOwner::containers, container_row(tx, ns, id), {{kExplicitlyStoppedLabel, value}});
  core::Labels labels = container->labels;
  labels[kExplicitlyStoppedLabel] = value;
  events::append(
      tx, ns, events::ContainerUpdate{id, container->image, core::without_removals(labels), container->snapshot_key});
}

}  // namespace

void mark_stopped(state::Transaction& tx, const std::string& ns, const std::string& id) {
  set_stopped_label(tx, ns, id, "true");
}

void unmark_stopped(state::Transaction& tx, const std::string& ns, const std::string& id) {
  set_stopped_label(tx, ns, id, "");
}

ExitOutcome record_exit(state::Transaction& tx, const TaskName& name, const ExitStatus& exit) {
  ExitOutcome outcome;
  const auto record = find_task(tx.database(), name.ns, name.id);
  if (!record || record->is_stopped()) return outcome;
  outcome.recorded = true;
  if (record->is_claim()) {  // it never began, so there is no exit to tell of
    unclaim_task(tx, name.ns, name.id);
  } else if (record->exit_status) {  // between two lives, the last of which was told of
    tx.execute("UPDATE tasks SET status = 3 WHERE container_id = ?", container_row(tx, name.ns, name.id));
  } else {
    tx.execute("UPDATE tasks SET status = 3, exit_status = ?, exited_at = ? WHERE container_id = ?", exit.status,
               exit.exited_at, container_row(tx, name.ns, name.id));
    events::append(tx, name.ns, events::TaskExit{name.id, name.id, wire_pid(*record), exit.status, exit.exited_at});
    if (record->remove_on_exit) delete_row(tx, name.ns, *record, exit);
  }
  if (record->remove_on_exit) remove_container(tx, name, outcome);
  return outcome;
}

void remove_files(state::Database& database, const TaskName& name, const ExitOutcome& outcome) {
  if (outcome.container_removed) core::remove_tree(AT_FDCWD, name.paths.logs(name.ns, name.id));
  if (outcome.snapshot_directories.empty()) return;
  core::snapshots::Snapshots(database, name.paths, name.ns, outcome.snapshotter)
      .remove_files(outcome.snapshot_directories);
}

ExitStatus remove_task(state::Transaction& tx, const std::string& ns, const std::string& id) {
  const auto record = find_task(tx.database(), ns, id);
  if (!record) throw no_such_task(id);
  if (!record->is_stopped()) throw core::failed_precondition("cannot delete running task " + id + ": kill it first");
  const ExitStatus exit{record->exit_status.value_or(255), record->exited_at};
  delete_row(tx, ns, *record, exit);
  return exit;
}

}  // namespace ctrbox::runtime
