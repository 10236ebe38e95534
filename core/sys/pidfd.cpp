#include "core/sys/pidfd.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {

std::optional<PidFd> PidFd::open(const ProcessIdentity& process) {
  Fd fd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0U)));  // close-on-exec by definition
  if (!fd && errno == ESRCH) return std::nullopt;
  if (!fd) throw system_error("opening process " + std::to_string(process.pid), errno);
  // The identity is asked after the handle is held: from here on the pid cannot be given to another process unseen.
  if (!is_alive(process)) return std::nullopt;
  return PidFd(std::move(fd));
}

bool PidFd::send_signal(int signal) const {
  if (syscall(SYS_pidfd_send_signal, fd_.get(), signal, nullptr, 0U) == 0) return true;
  if (errno == ESRCH) return false;
  throw system_error("sending signal " + std::to_string(signal), errno);
}

bool PidFd::wait_for_end(int timeout_ms) const {
  pollfd entry{fd_.get(), POLLIN, 0};
  return poll(&entry, 1, timeout_ms) == 1;
}

}  // namespace ctrbox::core
