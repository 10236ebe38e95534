// A handle on a process that cannot be mistaken for another: the kernel's pidfd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/sys/fd.h"
#include "core/sys/process.h"

namespace ctrbox::core {

class PidFd {
 public:
  /// std::nullopt if exactly this process no longer runs.
  static std::optional<PidFd> open(const ProcessIdentity& process);

  /// Returns false if the process is gone. Throws permission_denied, invalid_argument (signal number).
  bool send_signal(int signal) const;
  /// Readable (poll) once the process has ended.
  int fd() const noexcept { return fd_.get(); }
  /// Waits for its end, at most `timeout_ms`. Returns whether it has ended.
  bool wait_for_end(int timeout_ms) const;

 private:
  explicit PidFd(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace ctrbox::core
