#include "core/sys/pty.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {

bool is_terminal(int fd) noexcept { return isatty(fd) == 1; }

std::optional<WindowSize> window_size(int fd) noexcept {
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return std::nullopt;
  return WindowSize{size.ws_col, size.ws_row};
}

void set_window_size(int terminal, const WindowSize& size) {
  winsize value = {};
  value.ws_col = static_cast<unsigned short>(std::min<std::uint32_t>(size.columns, 65535));
  value.ws_row = static_cast<unsigned short>(std::min<std::uint32_t>(size.rows, 65535));
  if (ioctl(terminal, TIOCSWINSZ, &value) != 0) throw system_error("resizing a terminal", errno);
}

RawTerminal::RawTerminal(int fd) : fd_(fd) {
  termios mode = {};
  if (tcgetattr(fd, &mode) != 0) return;
  before_ = mode;
  cfmakeraw(&mode);
  if (tcsetattr(fd, TCSANOW, &mode) != 0) throw system_error("switching the terminal to raw mode", errno);
}

void RawTerminal::restore() noexcept {
  if (before_) tcsetattr(fd_, TCSANOW, &*before_);
  before_.reset();
}

PtyPair open_pty() {
  Fd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!master || grantpt(master.get()) != 0 || unlockpt(master.get()) != 0)
    throw system_error("opening a terminal", errno);
  Fd slave(ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) throw system_error("opening a terminal", errno);
  return {std::move(master), std::move(slave)};
}

}  // namespace ctrbox::core
