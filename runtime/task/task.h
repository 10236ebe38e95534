// Tasks: what runs. Each has a shim, the same executable, which outlives its creator and writes what it sees.
// The protocol to the shim is containerd's Runtime v2 (ttrpc, containerd.task.v2.Task).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/containers/containers.h"
#include "core/sys/mount.h"
#include "runtime/metrics/metrics.h"
#include "runtime/task/process.h"
#include "state/database.h"

namespace ctrbox::runtime {

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
  std::string stdin_path, stdout_path,
      stderr_path;  // fifos of one client; "" is /dev/null, or nobody yet with open_stdin
  bool terminal = false;
  bool open_stdin = false;      // stdin stays open without a client, for those that attach later
  std::string fifo_directory;   // where the three are, removed with the task; "" leaves them to the caller
  int fifo_lock = -1;           // its lock, shared with the shim; -1: none
  std::string checkpoint;       // criu's image, a directory: start() goes on from there; "" starts the process anew
  bool remove_on_exit = false;  // --rm: the shim removes task, container and snapshot when init has exited
  std::string log_uri;  // where output goes beside the client: "file:///p", "binary:///p?k=v"; "" keeps it in the
                        // container's own log (docs/formats/logs.md), "none" nowhere
};

struct InnerProcess {
  std::uint32_t pid = 0;  // on the host
  std::string exec_id;    // "" unless it was started by that exec
};

struct ExecOptions {
  std::string exec_id;
  std::string process;  // OCI runtime spec's `process`, JSON
  std::string stdin_path, stdout_path, stderr_path;
  bool terminal = false;
};

/// A task, which is also its first process. Thread: one at a time.
class Task : public Process {
 public:
  /// Makes the bundle, starts the shim, mounts the root and opens the streams. The container's record must be there.
  /// Nothing of the container runs yet, and its pid is 0 until start(). When the returned object goes before start()
  /// was called, so does the task (and, with remove_on_exit, the container). Throws already_exists, failed_precondition
  /// (no runc), …; then nothing of the task is left.
  static Task create(state::Database& database, const core::Paths& paths, const CreateOptions& options);
  /// Connects to a running shim. Throws not_found `no running task found: …`.
  static Task open(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id);

  /// Adds a process; nothing runs until its start(). Throws already_exists, failed_precondition (not running),
  /// invalid_argument.
  Process exec(const ExecOptions& options);
  /// A process that was added before. What it is, or whether it is there, its calls tell.
  Process process(const std::string& exec_id);

  /// The signal reaches every process of the container. Throws not_found `process already finished`.
  void kill_all(std::uint32_t signal);
  void pause();
  void resume();
  /// Writes the memory of all its processes, with criu, to `image`, an empty directory. They go on afterwards, or stay
  /// paused. Throws criu's last errors, naming its log.
  void checkpoint(const std::string& image);
  /// All processes in the container.
  std::vector<InnerProcess> processes();
  /// Removes a stopped task and its record. Throws failed_precondition while it runs.
  ExitStatus remove();
  /// What it uses now. Throws failed_precondition when nothing of it runs.
  Metrics metrics();
  /// Changes limits of the running task; `resources` is LinuxResources as JSON. Throws what the kernel or the runtime
  /// says against it; then nothing is changed. The container's record is not touched.
  void update(const std::string& resources);

 private:
  explicit Task(std::shared_ptr<ShimConnection> connection) : Process(std::move(connection), "") {}
};

/// Makes the records of a namespace's tasks true before they are read: a task whose shim was killed, or which a reboot
/// has ended, is recorded as stopped (137) with its exit event, with --rm it and its container are removed; processes,
/// mounts, directories and fifos without an owner are ended and removed. Cheap when there is nothing to do.
void settle_tasks(state::Database& database, const core::Paths& paths, const std::string& ns);

/// The truth about the tasks of a namespace: settle_tasks(), then what the rows say.
std::vector<TaskInfo> list_tasks(state::Database& database, const core::Paths& paths, const std::string& ns);

}  // namespace ctrbox::runtime
