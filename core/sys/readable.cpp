#include "core/sys/readable.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <vector>

#include "core/base/error.h"
#include "core/sys/interrupt.h"

namespace ctrbox::core {
namespace {

using std::chrono::milliseconds;

/// Holds SIGINT and SIGTERM back but for the wait itself, so that none can come between the question and the wait.
class HeldBack {
 public:
  HeldBack() : before_{} {
    sigset_t asked;
    sigemptyset(&asked);
    sigaddset(&asked, SIGINT);
    sigaddset(&asked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &asked, &before_);
  }
  ~HeldBack() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  HeldBack(const HeldBack&) = delete;
  HeldBack& operator=(const HeldBack&) = delete;
  const sigset_t* before() const noexcept { return &before_; }

 private:
  sigset_t before_;
};

std::optional<milliseconds> shortest(std::optional<Deadline> deadline) {
  std::optional<milliseconds> limit = time_left();
  if (!deadline) return limit;
  const auto left = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*deadline - Deadline::clock::now()));
  return std::min(left, limit.value_or(left));
}

}  // namespace

bool wait_readable(std::span<const int> fds, std::optional<Deadline> deadline) {
  std::vector<pollfd> entries;
  for (const int fd : fds) entries.push_back({fd, POLLIN, 0});
  const HeldBack signals;
  while (true) {
    if (cancelled()) throw canceled("interrupted");
    timespec limit{};
    const auto left = shortest(deadline);
    if (left) {
      limit.tv_sec = static_cast<time_t>(left->count() / 1000);
      limit.tv_nsec = static_cast<long>(left->count() % 1000) * 1'000'000;
    }
    const int count = ppoll(entries.data(), entries.size(), left ? &limit : nullptr, signals.before());
    if (count > 0) return true;
    if (count < 0 && errno != EINTR) throw system_error("waiting", errno);
    if (deadline && Deadline::clock::now() >= *deadline) return false;
  }
}

}  // namespace ctrbox::core
