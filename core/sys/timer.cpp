#include "core/sys/timer.h"

#include <sys/timerfd.h>

#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {

Fd make_timer(std::chrono::milliseconds after) {
  Fd fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!fd) throw system_error("creating a timer", errno);
  itimerspec setting = {};
  setting.it_value.tv_sec = after.count() / 1000;
  setting.it_value.tv_nsec = (after.count() % 1000) * 1'000'000;
  if (timerfd_settime(fd.get(), 0, &setting, nullptr) != 0) throw system_error("setting a timer", errno);
  return fd;
}

}  // namespace ctrbox::core
