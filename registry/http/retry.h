// When to try again, how long to wait before, and when to give up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "registry/http/message.h"

namespace ctrbox::registry::http {

inline constexpr int kMaxTries = 5;
inline constexpr std::chrono::seconds kMaxRetryAfter{60};

/// The value of a Retry-After header: seconds, or a date as seen from `now` (never negative). Source: RFC 9110, 10.2.3.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, std::time_t now);

/// Pause after the given failed try (1 for the first): doubles from 200 ms to 5 s; `spread` in [0, 1) takes up to half
/// off.
std::chrono::milliseconds backoff(int failed_try, double spread);

/// True for 408, 429, 500, 502, 503 and 504.
bool is_transient(int status) noexcept;

/// The tries of one thing. Thread: one.
class Retry {
 public:
  /// `cancelled` is asked while waiting; true makes the wait throw canceled.
  explicit Retry(std::function<bool()> cancelled) : cancelled_(std::move(cancelled)) {}

  /// Waits and returns true, or returns false when the tries are used up. A stall counts twice: it has cost time
  /// already.
  bool after_failure(bool stalled);
  /// As after_failure for a transient answer; honours its Retry-After. Throws unavailable or resource_exhausted,
  /// telling the time, if that is more than kMaxRetryAfter.
  bool after_response(const Response& response);

 private:
  bool count(int weight);
  void wait(std::chrono::milliseconds pause) const;

  std::function<bool()> cancelled_;
  int failed_ = 0;
};

}  // namespace ctrbox::registry::http
