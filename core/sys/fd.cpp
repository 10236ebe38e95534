#include "core/sys/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/base/error.h"

namespace ctrbox::core {

void Fd::reset(int fd) noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

Fd duplicate(int fd) {
  Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (!copy) throw system_error("duplicating a descriptor", errno);
  return copy;
}

}  // namespace ctrbox::core
