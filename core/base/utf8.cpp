#include "core/base/utf8.h"

namespace ctrbox::core {
namespace {

bool is_within(char byte, unsigned char low, unsigned char high) noexcept {
  const auto value = static_cast<unsigned char>(byte);
  return value >= low && value <= high;
}

bool is_continuation(char byte) noexcept { return is_within(byte, 0x80, 0xbf); }

/// Some lead bytes narrow what their second byte may be.
bool is_second_byte(char lead, char byte) noexcept {
  switch (static_cast<unsigned char>(lead)) {
    case 0xe0: return is_within(byte, 0xa0, 0xbf);
    case 0xed: return is_within(byte, 0x80, 0x9f);
    case 0xf0: return is_within(byte, 0x90, 0xbf);
    case 0xf4: return is_within(byte, 0x80, 0x8f);
    default: return is_continuation(byte);
  }
}

std::size_t length_by_lead(char lead) noexcept {
  if (is_within(lead, 0x00, 0x7f)) return 1;
  if (is_within(lead, 0xc2, 0xdf)) return 2;
  if (is_within(lead, 0xe0, 0xef)) return 3;
  if (is_within(lead, 0xf0, 0xf4)) return 4;
  return 0;
}

}  // namespace

std::size_t utf8_character_length(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const std::size_t length = length_by_lead(text[0]);
  if (length == 0 || text.size() < length) return 0;
  if (length > 1 && !is_second_byte(text[0], text[1])) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return length;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_character_length(text);
    result += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

}  // namespace ctrbox::core
