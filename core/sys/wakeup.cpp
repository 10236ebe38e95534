#include "core/sys/wakeup.h"

#include <sys/eventfd.h>

#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {

Wakeup::Wakeup() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw system_error("making a wake-up descriptor", errno);
}

void Wakeup::signal() noexcept { eventfd_write(fd_.get(), 1); }

void Wakeup::answer() noexcept {
  eventfd_t count = 0;
  eventfd_read(fd_.get(), &count);
}

}  // namespace ctrbox::core
