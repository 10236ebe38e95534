#include "registry/http/retry.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

#include "core/base/error.h"
#include "core/base/log.h"
#include "registry/http/libcurl.h"
#include "registry/http/url.h"

namespace ctrbox::registry::http {
namespace {

constexpr std::chrono::milliseconds kFirstPause{200};
constexpr std::chrono::milliseconds kLongestPause{5000};
constexpr std::chrono::milliseconds kCancelCheck{50};

double random_spread() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, std::time_t now) {
  if (value.empty() || value.size() > 100) return std::nullopt;
  long seconds = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, seconds);
  if (rest == end && error == std::errc()) {
    if (seconds < 0) return std::nullopt;
    return std::chrono::seconds(seconds);
  }
  if (rest == end && error == std::errc::result_out_of_range) return std::chrono::hours(24 * 365);
  const std::time_t date = libcurl().getdate(std::string(value).c_str(), nullptr);
  if (date == -1) return std::nullopt;
  return std::chrono::seconds(std::max<std::time_t>(0, date - now));
}

std::chrono::milliseconds backoff(int failed_try, double spread) {
  const auto full = std::min(kLongestPause, kFirstPause * (1 << std::clamp(failed_try - 1, 0, 10)));
  return full - std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(full.count()) * spread / 2));
}

bool is_transient(int status) noexcept {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

bool Retry::count(int weight) {
  failed_ += weight;
  return failed_ < kMaxTries;
}

bool Retry::after_failure(bool stalled) {
  if (!count(stalled ? 2 : 1)) return false;
  wait(backoff(failed_, random_spread()));
  return true;
}

bool Retry::after_response(const Response& response) {
  std::optional<std::chrono::seconds> asked;
  if (const auto header = response.headers.find("retry-after")) asked = parse_retry_after(*header, std::time(nullptr));
  if (asked && *asked > kMaxRetryAfter) {
    const std::string message = origin_of(response.url).host + " answers " + std::to_string(response.status) +
                                " and asks to be tried again in " + std::to_string(asked->count()) + " s";
    throw response.status == 429 ? core::resource_exhausted(message) : core::unavailable(message);
  }
  if (!count(1)) return false;
  const auto pause = backoff(failed_, random_spread());
  wait(asked ? std::max<std::chrono::milliseconds>(*asked, pause) : pause);
  return true;
}

void Retry::wait(std::chrono::milliseconds pause) const {
  if (core::log::enabled(core::log::Level::debug))
    core::log::debug("trying again in " + std::to_string(pause.count()) + " ms");
  const auto end = std::chrono::steady_clock::now() + pause;
  while (true) {
    if (cancelled_ && cancelled_()) throw core::canceled("interrupted");
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= left.zero()) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, kCancelCheck));
  }
}

}  // namespace ctrbox::registry::http
