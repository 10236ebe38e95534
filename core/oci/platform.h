// Platforms: os/architecture/variant, as in an image index. Source: OCI image-spec, image-index.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::core {

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  bool operator==(const Platform&) const = default;
};

/// "linux/arm64/v8", "linux/amd64", "arm64" (this os). Known spellings are normalised (x86_64 = amd64, aarch64 =
/// arm64). Throws invalid_argument.
Platform parse_platform(std::string_view text);
Platform host_platform();
/// "linux/arm64/v8".
std::string to_string(const Platform& platform);
/// How well `offered` serves `wanted`: 0 not at all, higher is better (exact variant before a lower compatible one).
int match_score(const Platform& wanted, const Platform& offered);

}  // namespace ctrbox::core
