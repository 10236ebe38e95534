// The keys that leave a process without ending it, as docker spells them, and finding them in what is typed.
// Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

inline constexpr std::string_view kDefaultDetachKeys = "ctrl-p,ctrl-q";
inline constexpr std::size_t kMaxDetachKeys = 16;

/// "ctrl-p,ctrl-q" as the bytes that a terminal sends for it. A key is one character, "ctrl-" and one of a-z @ [ \ ] ^
/// _, or "del"; "" is no keys. Throws invalid_argument.
std::string parse_detach_keys(std::string_view text);

/// What is typed, without the keys. A beginning of them is held back until the next byte tells whether they were meant;
/// it is passed on when they were not.
class DetachKeys {
 public:
  explicit DetachKeys(std::string keys) : keys_(std::move(keys)) {}

  /// Takes what was typed; returns what is to be passed on now: at most as many bytes as were typed and held().
  std::string pass(std::string_view typed);
  /// Whether the keys have been typed. What came after them is dropped.
  bool found() const noexcept { return found_; }
  std::size_t held() const noexcept { return matched_; }
  /// The input has ended: what was held back.
  std::string end();

 private:
  std::string keys_;
  std::size_t matched_ = 0;  // how many of the keys were typed so far
  bool found_ = false;
};

}  // namespace ctrbox::runtime
