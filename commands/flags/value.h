// What a flag's value means; a wrong one is refused by the name of its flag.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/whole_number.h"

namespace ctrbox::commands {

/// What `parse` makes of a flag's value; its errors name both.
template <typename Parse>
auto parsed(const char* flag, const std::string& value, Parse parse) {
  return core::with_context(std::string("flag ") + flag + " " + core::quoted(value), [&] { return parse(value); });
}

/// Leaves the target alone when the flag was not given.
template <typename Target, typename Parse>
void parse_into(Target& target, const char* flag, const std::string& value, Parse parse) {
  if (!value.empty()) target = parsed(flag, value, parse);
}

template <typename Target, typename Parse>
void parse_all(Target& target, const char* flag, const std::vector<std::string>& values, Parse parse) {
  for (const std::string& value : values) target.push_back(parsed(flag, value, parse));
}

/// For the above: a whole number.
inline auto whole_number(std::int64_t least, std::int64_t most) {
  return [least, most](const std::string& text) { return core::parse_whole_number(text, least, most); };
}

}  // namespace ctrbox::commands
