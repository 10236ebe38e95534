// The user's end of a task's standard streams: fifos, copying, a raw terminal, forwarded signals.
//
// Requires: one attached task a process. Ensures: the terminal has its former mode and the signal mask is as before,
// however the call ends; fifos are gone with the FifoSet (or with the task, if this process was killed).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/config/paths.h"
#include "core/sys/fd.h"
#include "core/sys/lock.h"
#include "runtime/task/process.h"

namespace ctrbox::runtime {

/// Three fifos (two with a terminal: no stderr) in a private directory, `<state>/fifo/<random>/`, their reading ends
/// held open. The directory is locked (flock) by this process and by the shim it is lent to: when both have died the
/// lock is free, and sweep_fifos() removes it. Make it before Task::create and hand its paths to CreateOptions.
class FifoSet {
 public:
  static FifoSet create(const core::Paths& paths, bool terminal);
  FifoSet(FifoSet&&) noexcept;
  FifoSet& operator=(FifoSet&&) = delete;
  ~FifoSet();

  const std::string& stdin_path() const noexcept { return stdin_path_; }
  const std::string& stdout_path() const noexcept { return stdout_path_; }
  const std::string& stderr_path() const noexcept { return stderr_path_; }  // "" with a terminal
  /// For CreateOptions::fifo_directory.
  const std::string& directory() const noexcept { return directory_; }
  /// For CreateOptions::fifo_lock.
  int lock() const noexcept { return lock_->fd(); }

 private:
  friend class AttachedTask;
  FifoSet() = default;

  std::string directory_;
  std::string stdin_path_, stdout_path_, stderr_path_;
  core::Fd stdout_, stderr_;
  std::optional<core::FileLock> lock_;
};

/// Removes the directories of fifos whose client and shim have both died.
void sweep_fifos(const core::Paths& paths);

struct AttachOptions {
  bool terminal = false;  // as in CreateOptions
  int input = 0;          // -1: nothing is read, and a terminal keeps its mode
  int output = 1;
  int error = 2;
  std::string detach_keys = {};         // the bytes of parse_detach_keys(), typed in a row, leave the process; "": none
  bool forward_signals = true;          // false: a signal that would end us leaves the process, as the keys do
  std::function<void()> on_start = {};  // called by run_attached when the process runs, before anything is copied
};

/// Starts a process and stays with it until it has ended and all its output is written: copies the streams, closes
/// the process's stdin when ours ends, forwards signals (all, without a terminal: SIGINT, SIGTERM, SIGHUP, …), and with
/// a terminal switches it to raw mode and passes every change of its size on.
/// Returns std::nullopt if the user left it: it goes on. Throws what Process::start throws (see start_failure.h for the
/// exit code of that), and nothing of the terminal is changed then.
std::optional<ExitStatus> run_attached(Process& process, FifoSet& fifos, const AttachOptions& options);

/// The same for a process that runs already, beside whoever else is attached to it. The end of our input does not end
/// its stdin, which others may write to as well. Throws what Process::attach throws.
std::optional<ExitStatus> stay_attached(Process& process, FifoSet& fifos, const AttachOptions& options);

}  // namespace ctrbox::runtime
