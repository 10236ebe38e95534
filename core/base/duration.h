// Durations as Go spells them: "5s", "100ms", "1h30m", "1.5s", "0".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ctrbox::core {

/// Returns seconds. Throws Error invalid_argument.
double parse_duration(std::string_view text);

/// "336h", "1h30m", "90s", "100ms", "0s": exact to the nanosecond, without the parts that are zero.
std::string to_duration_text(std::int64_t nanos);

}  // namespace ctrbox::core
