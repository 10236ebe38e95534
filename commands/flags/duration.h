// Durations as Go spells them: "5s", "100ms", "1h30m", "1.5s", "0".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ctrbox::commands {

/// Returns seconds. Throws core::Error invalid_argument.
double parse_duration(std::string_view text);

}  // namespace ctrbox::commands
