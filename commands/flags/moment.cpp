#include "commands/flags/moment.h"

#include <algorithm>
#include <charconv>

#include "core/base/duration.h"
#include "core/base/error.h"

namespace ctrbox::commands {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

core::UnixNanos nanos(double seconds) { return static_cast<core::UnixNanos>(seconds * 1e9); }

}  // namespace

Moment parse_moment(std::string_view text, core::UnixNanos now) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    Sequence sequence;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), sequence.number);
    if (parsed.ec == std::errc{}) return sequence;
  }
  if (const auto time = core::parse_time(text)) return Time{*time};
  const bool after = text.starts_with('+');
  try {
    const core::UnixNanos distance = nanos(core::parse_duration(after ? text.substr(1) : text));
    return Time{after ? now + distance : now - distance};
  } catch (const core::Error&) {
    throw core::invalid_argument(
        core::quoted(text) + " is not a sequence (42), a duration (10m ago is 10m) or a time (2017-07-28T22:19:51Z)");
  }
}

}  // namespace ctrbox::commands
