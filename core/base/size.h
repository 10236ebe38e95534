// Sizes as people type them: "64m", "1.5GiB", "1048576".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace ctrbox::core {

/// Returns bytes. Units are powers of 1024 in any case, with or without "b" or "ib" behind: b, k, m, g, t, p; no unit
/// is bytes. Throws Error invalid_argument, also for what 63 bits do not hold.
std::int64_t parse_size(std::string_view text);

}  // namespace ctrbox::core
