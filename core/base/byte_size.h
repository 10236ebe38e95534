// Sizes as they are typed: "536870912", "512m", "1.5g" (multiples of 1024). Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace ctrbox::core {

/// A number, with a fraction if it has a unit, and a unit: b, k, m, g, t, each also as "kb" or "kib", in either case.
/// At most the largest signed 64-bit number. Throws invalid_argument.
std::uint64_t parse_byte_size(std::string_view text);

}  // namespace ctrbox::core
