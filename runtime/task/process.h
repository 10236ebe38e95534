// A client's handle on one process of a task: its first, or one that was started beside it (exec). Every call goes to
// the task's shim. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "runtime/task/shim_connection.h"
#include "runtime/task/status.h"

namespace ctrbox::runtime {

struct ExitStatus {
  std::uint32_t status = 255;
  core::UnixNanos exited_at = 0;
};

struct ProcessInfo {
  std::uint32_t pid = 0;
  TaskStatus status = TaskStatus::unknown;
  std::string stdin_path, stdout_path, stderr_path;
  bool terminal = false;
  std::optional<std::uint32_t> exit_status;
  core::UnixNanos exited_at = 0;
};

class Process {
 public:
  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) = delete;

  const std::string& container_id() const noexcept { return connection_->name.id; }
  /// "" for the task's first process.
  const std::string& exec_id() const noexcept { return exec_id_; }
  /// On the host; 0 before start() and after open() of a process that has ended.
  std::uint32_t pid() const noexcept { return pid_; }

  /// Throws runc's own last error if the process could not be started (start_failure.h tells the exit code for it).
  /// Nothing of it is left then; of a container's first process, record and snapshot stay for the caller to remove.
  void start();
  /// Waits for the end. When the shim was killed, what the events tell, or 137.
  ExitStatus wait();

  /// For callers that wait for other things too: asks to be told of the end. Returns a descriptor that becomes readable
  /// when try_wait() has something to look at, or -1 if it has right now.
  int begin_wait();
  /// Whether try_wait() has the exit already, without reading.
  bool has_exit() const;
  /// Requires: the descriptor of begin_wait() is readable, or has_exit(). std::nullopt if it was something else.
  std::optional<ExitStatus> try_wait();

  /// As the shim sees it now. Throws not_found if it has gone with its shim.
  ProcessInfo info();
  /// Throws not_found `process already finished`.
  void kill(std::uint32_t signal);
  /// Does nothing without a terminal.
  void resize(std::uint32_t columns, std::uint32_t rows);
  /// The clients' writing has ended: the process reads the end of its input when all have closed it.
  void close_stdin();
  /// Copies its streams from now on to these fifos as well, and what is written to the first into its stdin. "" leaves
  /// one out. They may be removed from their directory once this has returned.
  void attach(const std::string& stdin_path, const std::string& stdout_path, const std::string& stderr_path);

 protected:
  friend class Task;
  Process(std::shared_ptr<ShimConnection> connection, std::string exec_id)
      : connection_(std::move(connection)), exec_id_(std::move(exec_id)) {}
  void send_kill(std::uint32_t signal, bool all);

  std::shared_ptr<ShimConnection> connection_;
  std::string exec_id_;
  std::uint32_t pid_ = 0;
  std::uint32_t wait_stream_ = 0;  // 0: not asked yet
};

}  // namespace ctrbox::runtime
