// The Content-Range header of a partial answer. Source: RFC 9110, 14.4.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ctrbox::registry::remote {

struct ContentRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::optional<std::int64_t> total;  // nothing for "*"
};

/// std::nullopt if it is not of the form "bytes 5-9/10" or "bytes 5-9/*", with first <= last < total.
std::optional<ContentRange> parse_content_range(std::string_view value) noexcept;

}  // namespace ctrbox::registry::remote
