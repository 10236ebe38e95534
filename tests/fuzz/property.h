// What the fuzzers share: a property that does not hold ends the program, which libFuzzer takes for a crash and whose
// input it keeps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace ctrbox::fuzz {

/// `said`: what went wrong, where the reader of a crash wants more than the name of the property.
inline void require(bool holds, const char* property, const std::string& said = "") {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s%s%s\n", property, said.empty() ? "" : ": ", said.c_str());
  std::abort();
}

/// Runs `parse`; std::nullopt if it throws core::Error. Anything else that is thrown leaves the fuzzer, a crash.
template <typename Parse>
auto parsed(Parse&& parse) -> std::optional<decltype(parse())> {
  try {
    return parse();
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

/// The bytes of an input, taken from the front: the first ones choose what is done with the others.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  /// 0 at the end.
  std::uint8_t take_byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }
  std::string_view take(std::size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  /// What is before the next NUL.
  std::string_view take_part() {
    const std::string_view taken = take(rest_.find('\0'));
    take_byte();
    return taken;
  }
  std::string_view rest() const noexcept { return rest_; }
  bool empty() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace ctrbox::fuzz
