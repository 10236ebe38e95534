#include "runtime/task/restart_policy.h"

#include <algorithm>
#include <charconv>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{100};
constexpr std::chrono::milliseconds kLongestDelay{60'000};
constexpr std::uint32_t kMostDoublings = 10;
constexpr std::string_view kOnFailure = "on-failure";

}  // namespace

bool RestartPolicy::wants_restart(std::uint32_t exit_status, std::uint32_t restarts) const noexcept {
  switch (when) {
    case When::no: return false;
    case When::on_failure: return exit_status != 0 && (!most || restarts < *most);
    case When::unless_stopped:
    case When::always: return true;
  }
  return false;
}

RestartPolicy parse_restart_policy(std::string_view text) {
  using When = RestartPolicy::When;
  if (text.empty() || text == "no") return {};
  if (text == "always") return {When::always, {}};
  if (text == "unless-stopped") return {When::unless_stopped, {}};
  if (text == kOnFailure) return {When::on_failure, {}};
  if (text.starts_with(kOnFailure) && text[kOnFailure.size()] == ':') {
    const std::string_view number = text.substr(kOnFailure.size() + 1);
    std::uint32_t most = 0;
    const auto [end, error] = std::from_chars(number.begin(), number.end(), most);
    if (error == std::errc() && end == number.end() && most > 0) return {When::on_failure, most};
  }
  throw core::invalid_argument("restart policy " + core::quoted(text) +
                               " is not known: no, always, unless-stopped, on-failure or on-failure:N");
}

std::chrono::milliseconds restart_delay(std::uint32_t short_lives) noexcept {
  return std::min(kLongestDelay, kFirstDelay * (1U << std::min(short_lives, kMostDoublings)));
}

}  // namespace ctrbox::runtime
