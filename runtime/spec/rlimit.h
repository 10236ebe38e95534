// Resource limits of a container's process (process.rlimits) and the --ulimit option. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

struct Rlimit {
  std::string type;  // "RLIMIT_NOFILE"
  std::uint64_t soft = 0;
  std::uint64_t hard = 0;
  bool operator==(const Rlimit&) const = default;
};

inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

/// "TYPE=SOFT[:HARD]", TYPE as "nofile" or "RLIMIT_NOFILE", a value a number or "unlimited" (or -1). Throws
/// invalid_argument.
Rlimit parse_rlimit(std::string_view text);

}  // namespace ctrbox::runtime
