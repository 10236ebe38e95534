// What is asked of a terminal: whether it is one, its size, and silence while a password is typed. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

namespace ctrbox::core {

bool is_terminal(int fd) noexcept;

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The size of the terminal behind `fd`; 80 x 24 when it is none or does not know.
TerminalSize terminal_size(int fd) noexcept;

/// Typed characters are not shown for as long as this lives. Does nothing on what is no terminal.
class EchoOff {
 public:
  explicit EchoOff(int fd) noexcept;
  ~EchoOff();
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int fd_;
  bool changed_ = false;
  termios before_{};
};

}  // namespace ctrbox::core
