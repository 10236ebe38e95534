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
  bool remove_on_exit = false;  // --rm: the shim removes task, container and snapshot when init has exited
};

struct ExitStatus {
  std::uint32_t status = 255;
  core::UnixNanos exited_at = 0;
};

/// A client of one task's shim. Thread: one at a time.
class Task {
 public:
  /// Makes the bundle, starts the shim and creates the task (runc create). Throws failed_precondition/not_found/… with
  /// runc's own last error; then nothing of it is left.
  static Task create(state::Database& database, const core::Paths& paths, const CreateOptions& options);
  /// Connects to a running shim. Throws not_found `no running task found: …`.
  static Task open(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id);
  Task(Task&&) noexcept;
  ~Task();

  std::uint32_t pid() const;
  void start();
  ExitStatus wait();
  void kill(std::uint32_t signal, bool all);
  void resize(std::uint32_t columns, std::uint32_t rows);
  void close_stdin();
  /// Removes a stopped (or created) task. Throws failed_precondition while it runs.
  ExitStatus remove();

 private:
  struct State;
  explicit Task(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The truth about the tasks of a namespace: rows, checked against living processes. A task whose shim was killed is
/// recorded as stopped (137, or 255 when unknown) with its exit event before it is returned.
std::vector<TaskInfo> list_tasks(state::Database& database, const core::Paths& paths, const std::string& ns);

}  // namespace ctrbox::runtime
