#include "core/sys/interrupt.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>

#include "core/sys/signals.h"

namespace ctrbox::core {
namespace {

using Clock = std::chrono::steady_clock;

volatile sig_atomic_t caught_signal = 0;
std::atomic<Clock::rep> deadline{0};  // 0: none

// SAFETY: async-signal-safe; only a sig_atomic_t is written, and signal() and raise() are on the list.
extern "C" void on_interrupt(int number) {
  if (caught_signal != 0) {
    signal(number, SIG_DFL);
    raise(number);
  }
  caught_signal = number;
}

}  // namespace

void catch_interrupts() noexcept {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  // WHY no SA_RESTART: a wait that is interrupted looks at cancelled() at once.
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  ignore_broken_pipes();
}

void limit_time(double seconds) noexcept {
  if (seconds <= 0) return;
  const auto limit = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  deadline = limit.time_since_epoch().count();
}

std::optional<std::chrono::milliseconds> time_left() noexcept {
  const Clock::rep limit = deadline;
  if (limit == 0) return std::nullopt;
  const auto left = Clock::time_point(Clock::duration(limit)) - Clock::now();
  return std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(left));
}

bool out_of_time() noexcept {
  const Clock::rep limit = deadline;
  return limit != 0 && Clock::now().time_since_epoch().count() >= limit;
}

bool cancelled() noexcept { return caught_signal != 0 || out_of_time(); }

int interrupting_signal() noexcept { return caught_signal; }

}  // namespace ctrbox::core
