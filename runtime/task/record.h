// A task's row, and the transactions' parts that change it, each with its events. Queries of tasks live here alone.
//
// A row begins as a claim: the name is taken, nothing has been told yet. The shim turns it into a running task (create
// and start events) and then into a stopped one (exit event). Exits are written at most once, whoever sees them first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/events/types.h"
#include "core/sys/process.h"
#include "runtime/task/task.h"
#include "runtime/task/task_name.h"
#include "state/transaction.h"

namespace ctrbox::runtime {

/// How a row's status column reads: containerd's numbers, and 0 for a claim (TaskStatus::unknown).
struct TaskRecord {
  std::string id;
  std::string bundle;
  std::string boot_id;
  core::ProcessIdentity shim;  // pid 0 in a claim
  core::ProcessIdentity init;
  TaskStatus status = TaskStatus::unknown;
  core::events::TaskIo io;
  std::optional<std::uint32_t> exit_status;
  core::UnixNanos exited_at = 0;
  bool remove_on_exit = false;

  bool is_claim() const noexcept { return status == TaskStatus::unknown; }
  bool is_stopped() const noexcept { return status == TaskStatus::stopped; }
};

std::optional<TaskRecord> find_task(state::Database& database, const std::string& ns, const std::string& id);
/// In byte order of ids.
std::vector<TaskRecord> list_task_records(state::Database& database, const std::string& ns);

/// Takes the name. Throws already_exists; not_found if there is no such container.
void claim_task(state::Transaction& tx, const std::string& ns, const TaskRecord& record);
/// Gives a claim back. Does nothing if there is none.
void unclaim_task(state::Transaction& tx, const std::string& ns, const std::string& id);

/// The claim becomes a running task: /tasks/create, /tasks/start. Throws not_found if the claim is gone.
void record_start(state::Transaction& tx, const std::string& ns, const TaskRecord& record,
                  const std::vector<core::Mount>& rootfs);
/// /tasks/paused or /tasks/resumed.
void record_pause(state::Transaction& tx, const std::string& ns, const std::string& id, bool paused);

/// It has ended and is to be started again: /tasks/exit, /tasks/delete, /tasks/create; the row is that of a created
/// task, with the last exit. Returns false, and nothing is changed, if the task is no longer there or was stopped.
bool record_exit_to_restart(state::Transaction& tx, const TaskName& name, const ExitStatus& exit);
/// /tasks/delete of what was, /tasks/create and /tasks/start of such a task. Throws not_found if it was removed
/// meanwhile.
void record_restart(state::Transaction& tx, const std::string& ns, const TaskRecord& record);
/// Sets or removes the container's label that a user has stopped it (restart_policy.h), with its event.
void mark_stopped(state::Transaction& tx, const std::string& ns, const std::string& id);
void unmark_stopped(state::Transaction& tx, const std::string& ns, const std::string& id);

/// What must be removed from disk once the transaction is committed.
struct ExitOutcome {
  bool recorded = false;  // false: somebody else had recorded it before, and nothing was changed
  bool container_removed = false;
  std::string snapshotter;
  std::vector<std::string> snapshot_directories;
};

/// The task has ended: /tasks/exit; with remove_on_exit also the rows of task, snapshot and container, with their
/// events.
ExitOutcome record_exit(state::Transaction& tx, const TaskName& name, const ExitStatus& exit);
/// Removes the files of a recorded exit, the log with the container. Requires: they are not mounted any more.
void remove_files(state::Database& database, const TaskName& name, const ExitOutcome& outcome);

/// Removes a stopped task's row: /tasks/delete. Throws failed_precondition while it runs, not_found.
ExitStatus remove_task(state::Transaction& tx, const std::string& ns, const std::string& id);

}  // namespace ctrbox::runtime
