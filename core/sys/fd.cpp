#include "core/sys/fd.h"

#include <unistd.h>

namespace ctrbox::core {

void Fd::reset(int fd) noexcept {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

}  // namespace ctrbox::core
