#include "runtime/task/detach_keys.h"

#include <algorithm>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr char kControlMask = 0x1f;
constexpr char kDelete = 0x7f;
constexpr std::string_view kControl = "ctrl-";

char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

char parse_key(std::string_view typed) {
  if (typed.size() == 1 && typed[0] > ' ' && typed[0] < kDelete) return typed[0];
  std::string key(typed);
  std::transform(key.begin(), key.end(), key.begin(), to_lower);
  if (key == "del") return kDelete;
  if (key.size() == kControl.size() + 1 && key.starts_with(kControl)) {
    const char letter = key.back();
    if (letter >= 'a' && letter <= 'z') return static_cast<char>(letter & kControlMask);
    if (std::string_view("@[\\]^_").find(letter) != std::string_view::npos)
      return static_cast<char>(letter & kControlMask);
  }
  throw core::invalid_argument("unknown detach key " + core::quoted(typed) +
                               R"(: expected a character, "ctrl-" and one of a-z @ [ \ ] ^ _, or "del")");
}

}  // namespace

std::string parse_detach_keys(std::string_view text) {
  std::string keys;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    keys.push_back(parse_key(text.substr(0, comma)));
    if (comma + 1 == text.size()) throw core::invalid_argument("detach keys end in a comma");
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (keys.size() > kMaxDetachKeys)
      throw core::invalid_argument("at most " + std::to_string(kMaxDetachKeys) + " detach keys are possible");
  }
  return keys;
}

std::string DetachKeys::pass(std::string_view typed) {
  if (keys_.empty()) return std::string(typed);
  std::string result;
  for (const char c : typed) {
    if (found_) break;
    // What was held back and does not lead to the keys any more is passed on from its front, until the rest might.
    std::string held = keys_.substr(0, matched_) + c;
    while (!keys_.starts_with(held)) {
      result.push_back(held.front());
      held.erase(0, 1);
    }
    matched_ = held.size();
    found_ = matched_ == keys_.size();
  }
  return result;
}

std::string DetachKeys::end() {
  const std::string rest = found_ ? "" : keys_.substr(0, matched_);
  matched_ = 0;
  return rest;
}

}  // namespace ctrbox::runtime
