// Whether text is UTF-8, for everything that is written into a format which allows nothing else (protobuf strings,
// JSON). Follows Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ctrbox::core {

/// Returns the length of the well-formed character at the start of `text`, or 0 if there is none.
std::size_t utf8_character_length(std::string_view text) noexcept;
bool is_utf8(std::string_view text) noexcept;
/// Returns `text` with each byte that is not part of a well-formed character replaced by U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace ctrbox::core
