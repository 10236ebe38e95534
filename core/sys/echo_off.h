// Silence while a password is typed. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

namespace ctrbox::core {

/// Characters typed on a terminal are not shown for as long as this lives. Does nothing on what is no terminal.
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
