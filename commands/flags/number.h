// Whole numbers as they are typed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace ctrbox::commands {

/// Throws invalid_argument `<what> "…" is not a number from <min> to <max>`.
std::uint64_t parse_number(std::string_view text, std::string_view what, std::uint64_t min, std::uint64_t max);

}  // namespace ctrbox::commands
