// Whole numbers as they are typed. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace ctrbox::core {

/// From `least` to `most`. Throws invalid_argument.
std::int64_t parse_whole_number(std::string_view text, std::int64_t least, std::int64_t most);

}  // namespace ctrbox::core
