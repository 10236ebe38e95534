#include "core/sys/echo_off.h"

namespace ctrbox::core {

EchoOff::EchoOff(int fd) noexcept : fd_(fd) {
  if (tcgetattr(fd_, &before_) != 0) return;
  termios silent = before_;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  changed_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
}

EchoOff::~EchoOff() {
  if (changed_) tcsetattr(fd_, TCSAFLUSH, &before_);
}

}  // namespace ctrbox::core
