// Terminals: window sizes, raw mode with a way back, and pairs of our own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>

#include "core/sys/fd.h"

namespace ctrbox::core {

struct WindowSize {
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  bool operator==(const WindowSize&) const = default;
};

bool is_terminal(int fd) noexcept;
/// std::nullopt if `fd` is no terminal.
std::optional<WindowSize> window_size(int fd) noexcept;
/// Sizes beyond 65535 are cut to it.
void set_window_size(int terminal, const WindowSize& size);

/// Switches a terminal to raw mode; the former mode is back when this goes out of scope, however that happens.
class RawTerminal {
 public:
  /// Does nothing if `fd` is no terminal.
  explicit RawTerminal(int fd);
  ~RawTerminal() { restore(); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  void restore() noexcept;

 private:
  int fd_;
  std::optional<termios> before_;
};

struct PtyPair {
  Fd master;
  Fd slave;
};
/// A new pseudo terminal; neither end becomes a controlling terminal.
PtyPair open_pty();

}  // namespace ctrbox::core
