// A point in the log of events as it is typed: a sequence, a time, or a duration before or after now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "core/base/clock.h"

namespace ctrbox::commands {

struct Sequence {
  std::int64_t number = 0;
  bool operator==(const Sequence&) const = default;
};
struct Time {
  core::UnixNanos nanos = 0;
  bool operator==(const Time&) const = default;
};
using Moment = std::variant<Sequence, Time>;

/// "42" is a sequence; "10m" ten minutes before `now`, "+10m" after it; anything else is a time as core::parse_time
/// reads it. Throws core::Error invalid_argument.
Moment parse_moment(std::string_view text, core::UnixNanos now);

}  // namespace ctrbox::commands
