#include "core/sys/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace ctrbox::core {

bool is_terminal(int fd) noexcept { return isatty(fd) == 1; }

TerminalSize terminal_size(int fd) noexcept {
  winsize size{};
  TerminalSize result;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return result;
  if (size.ws_col > 0) result.columns = size.ws_col;
  if (size.ws_row > 0) result.rows = size.ws_row;
  return result;
}

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
