#include "core/base/ids.h"

#include <cstddef>
#include <vector>

#include "core/base/error.h"
#include "core/sys/random.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kMaxIdentifierBytes = 76;
constexpr const char* kIdentifierPattern = "^[A-Za-z0-9]+(?:[._-](?:[A-Za-z0-9]+))*$";

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_separator(char c) noexcept { return c == '.' || c == '_' || c == '-'; }

bool matches_pattern(std::string_view text) noexcept {
  bool after_separator = true;  // the start of the text is as the place after a separator: a letter must follow
  for (const char c : text) {
    if (is_alphanumeric(c)) {
      after_separator = false;
    } else if (is_separator(c) && !after_separator) {
      after_separator = true;
    } else {
      return false;
    }
  }
  return !after_separator;
}

}  // namespace

void check_identifier(std::string_view text) {
  if (text.empty()) throw invalid_argument("identifier must not be empty");
  if (text.size() > kMaxIdentifierBytes)
    throw invalid_argument("identifier " + quoted(text) + " greater than maximum length (" +
                           std::to_string(kMaxIdentifierBytes) + " characters)");
  if (!matches_pattern(text))
    throw invalid_argument("identifier " + quoted(text) + " must match " + kIdentifierPattern);
}

std::string random_hex(int bytes) {
  std::vector<std::byte> random(static_cast<std::size_t>(bytes));
  fill_random(random);
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  std::string text;
  text.reserve(random.size() * 2);
  for (const std::byte byte : random) {
    text += kHexDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kHexDigits[std::to_integer<std::size_t>(byte & std::byte{0xf})];
  }
  return text;
}

}  // namespace ctrbox::core
