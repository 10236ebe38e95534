#include "commands/ui/interval.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "core/base/error.h"
#include "core/sys/event_loop.h"
#include "core/sys/file.h"
#include "core/sys/interrupt.h"
#include "core/sys/signals.h"
#include "core/sys/timer.h"

namespace ctrbox::commands {
namespace {

constexpr int kSignalBase = 128;
int last_signal = 0;  // one that was read as data is not seen by the handlers

}  // namespace

IntervalEnd wait_interval(std::chrono::milliseconds interval) {
  auto end = IntervalEnd::over;
  core::SignalFd signals({SIGINT, SIGTERM});
  if (core::cancelled()) return IntervalEnd::interrupted;
  const auto left = core::time_left();
  const bool is_last = left && *left < interval;
  const core::Fd timer = core::make_timer(std::max(is_last ? *left : interval, std::chrono::milliseconds(1)));
  core::EventLoop loop;
  loop.add(timer.get(), EPOLLIN, [&](std::uint32_t) {
    if (is_last) end = IntervalEnd::interrupted;
  });
  loop.add(signals.fd(), EPOLLIN, [&](std::uint32_t) {
    last_signal = signals.next().value_or(SIGINT);
    end = IntervalEnd::interrupted;
  });
  const mode_t out = core::status_of(STDOUT_FILENO).st_mode;
  if (S_ISFIFO(out) || S_ISSOCK(out))
    loop.add(STDOUT_FILENO, 0, [&](std::uint32_t) { end = IntervalEnd::reader_gone; });
  loop.run_once(-1);
  return end;
}

int interrupted_status() {
  const int signal = last_signal != 0 ? last_signal : core::interrupting_signal();
  if (signal == 0) throw core::canceled("interrupted");
  return kSignalBase + signal;
}

}  // namespace ctrbox::commands
