// Signals as data: blocked, and read from a descriptor in the event loop; and their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// Blocks the given signals of this thread for its lifetime and makes them readable. Children made by spawn() do not
/// inherit the mask. Ensures: the former mask is back after destruction.
class SignalFd {
 public:
  explicit SignalFd(const std::vector<int>& signals);
  ~SignalFd();
  SignalFd(const SignalFd&) = delete;
  SignalFd& operator=(const SignalFd&) = delete;

  int fd() const noexcept { return fd_.get(); }
  /// The next pending signal; std::nullopt when there is none. Never blocks.
  std::optional<int> next();

 private:
  sigset_t before_;
  Fd fd_;
};

/// All signals that a process may pass on to another as its own: not KILL and STOP, not those that tell of this
/// process's own doings (CHLD, faults), not the terminal's job control and window changes.
std::vector<int> forwardable_signals();

/// "SIGTERM", "term", "15", "SIGRTMIN+3". Throws invalid_argument `unknown signal "…"`.
int parse_signal(std::string_view text);

/// Writing to a closed pipe becomes an error instead of a death.
void ignore_broken_pipes() noexcept;

}  // namespace ctrbox::core
