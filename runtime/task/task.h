// Tasks: what runs. Each has a shim, the same executable, which outlives its creator and writes what it sees.
// The protocol to the shim is containerd's Runtime v2 (ttrpc, containerd.task.v2.Task).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/config/paths.h"
#include "core/containers/containers.h"
#include "core/sys/mount.h"
#include "state/database.h"

namespace ctrbox::runtime {

/// containerd's numbers.
enum class TaskStatus { unknown = 0, created = 1, running = 2, stopped = 3, paused = 4 };
/// "UNKNOWN", "CREATED", "RUNNING", "STOPPED", "PAUSED".
const char* to_string(TaskStatus status) noexcept;

struct TaskInfo {
  std::string id;
  std::uint32_t pid = 0;
  TaskStatus status = TaskStatus::unknown;
  std::optional<std::uint32_t> exit_status;
  core::UnixNanos exited_at = 0;
};

struct CreateOptions {
  std::string ns;
  core::containers::Container container;
  std::vector<core::Mount> rootfs;
  std::string stdin_path, stdout_path, stderr_path;  // fifos; "" is /dev/null
  bool terminal = false;
  std::string fifo_directory;   // where the three are, removed with the task; "" leaves them to the caller
  int fifo_lock = -1;           // its lock, shared with the shim; -1: none
  bool remove_on_exit = false;  // --rm: the shim removes task, container and snapshot when init has exited
};

struct ExitStatus {
  std::uint32_t status = 255;
  core::UnixNanos exited_at = 0;
};

/// A client of one task's shim. Thread: one at a time.
class Task {
 public:
  /// Makes the bundle, starts the shim, mounts the root and opens the streams. The container's record must be there.
  /// Nothing of the container runs yet, and its pid is 0 until start(). When the returned object goes before start()
  /// was called, so does the task (and, with remove_on_exit, the container). Throws already_exists, failed_precondition
  /// (no runc), …; then nothing of the task is left.
  static Task create(state::Database& database, const core::Paths& paths, const CreateOptions& options);
  /// Connects to a running shim. Throws not_found `no running task found: …`.
  static Task open(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id);
  Task(Task&&) noexcept;
  ~Task();

  std::uint32_t pid() const;
  /// Throws runc's own last error if the process could not be started (start_failure.h tells the exit code for it);
  /// then nothing of the task is left, and the container's record and snapshot stay for the caller to remove.
  void start();
  /// Waits for the end. Of a task that was removed on exit and whose shim was killed, the status is 137.
  ExitStatus wait();

  /// For callers that wait for other things too: asks to be told of the end. Returns a descriptor that becomes readable
  /// when try_wait() has something to look at, or -1 if it has right now.
  int begin_wait();
  /// Whether try_wait() has the exit already, without reading.
  bool has_exit() const;
  /// Requires: the descriptor of begin_wait() is readable, or has_exit(). std::nullopt if it was something else.
  std::optional<ExitStatus> try_wait();

  /// Throws not_found `process already finished`.
  void kill(std::uint32_t signal, bool all);
  void resize(std::uint32_t columns, std::uint32_t rows);
  void close_stdin();
  void pause();
  void resume();
  /// The pids, on the host, of all processes in the container.
  std::vector<std::uint32_t> processes();
  /// Removes a stopped task and its record. Throws failed_precondition while it runs.
  ExitStatus remove();

 private:
  struct State;
  explicit Task(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Makes the records of a namespace's tasks true before they are read: a task whose shim was killed, or which a reboot
/// has ended, is recorded as stopped (137) with its exit event, with --rm it and its container are removed; processes,
/// mounts, directories and fifos without an owner are ended and removed. Cheap when there is nothing to do.
void settle_tasks(state::Database& database, const core::Paths& paths, const std::string& ns);

/// The truth about the tasks of a namespace: settle_tasks(), then what the rows say.
std::vector<TaskInfo> list_tasks(state::Database& database, const core::Paths& paths, const std::string& ns);

}  // namespace ctrbox::runtime
