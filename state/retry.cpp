#include "state/retry.h"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <system_error>
#include <thread>

#include "state/error.h"

namespace ctrbox::state {
namespace {

constexpr int kMaxAttempts = 5;
constexpr int kMaxPauses = 12'000;  // of about 10 ms each: two minutes
constexpr int kMaxPauseUs = 20'000;

int pause_before_retry(void*, int pauses_so_far) {
  if (pauses_so_far >= kMaxPauses) return 0;
  thread_local std::minstd_rand random(std::random_device{}());
  const int ceiling = std::min(kMaxPauseUs, 200 << std::min(pauses_so_far, 10));
  std::uniform_int_distribution<int> spread(ceiling / 4, ceiling);
  std::this_thread::sleep_for(std::chrono::microseconds(spread(random)));
  return 1;
}

}  // namespace

void wait_when_busy(sqlite3* connection) { sqlite3_busy_handler(connection, pause_before_retry, nullptr); }

void retry_when_busy(const std::function<void()>& attempt) {
  for (int tries = 1;; ++tries) {
    try {
      return attempt();
    } catch (const std::system_error& error) {
      if (!is_busy(error) || tries == kMaxAttempts) throw;
    }
    pause_before_retry(nullptr, tries);
  }
}

}  // namespace ctrbox::state
