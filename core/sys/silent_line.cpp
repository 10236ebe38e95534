#include "core/sys/silent_line.h"

#include <poll.h>
#include <termios.h>

#include <array>
#include <cerrno>
#include <span>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr int kAskCancelledEveryMs = 100;

class EchoOff {
 public:
  explicit EchoOff(int fd) noexcept : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~EchoOff() {
    if (changed_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  int fd_;
  bool changed_ = false;
  termios before_{};
};

void wait_for_input(int fd, const std::function<bool()>& cancelled) {
  pollfd wanted{fd, POLLIN, 0};
  for (;;) {
    if (cancelled && cancelled()) throw canceled("interrupted");
    const int ready = poll(&wanted, 1, kAskCancelledEveryMs);
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) throw system_error("waiting for input", errno);
  }
}

}  // namespace

std::string read_silent_line(int fd, std::size_t max_bytes, const std::function<bool()>& cancelled) {
  const EchoOff silence(fd);
  std::string line;
  std::array<std::byte, 1> next{};  // WHY one at a time: what follows the line is somebody else's
  for (;;) {
    wait_for_input(fd, cancelled);
    if (read_some(fd, next) == 0) {
      if (line.empty()) throw invalid_argument("the input ended where a line was expected");
      return line;
    }
    const char character = static_cast<char>(next[0]);
    if (character == '\n') return line;
    if (line.size() == max_bytes)
      throw resource_exhausted("the line is longer than " + std::to_string(max_bytes) + " bytes");
    line += character;
  }
}

}  // namespace ctrbox::core
