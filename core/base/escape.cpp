#include "core/base/escape.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace ctrbox::core {
namespace {

struct Decoded {
  char32_t code_point = 0;
  std::size_t length = 0;  // 0: the text does not start with valid UTF-8
};

struct Lead {
  std::size_t length;
  std::uint8_t payload_mask;
  char32_t smallest;  // anything below is an overlong form
};

Lead lead_of(std::uint8_t byte) noexcept {
  if (byte < 0x80) return {1, 0x7f, 0};
  if ((byte & 0xe0) == 0xc0) return {2, 0x1f, 0x80};
  if ((byte & 0xf0) == 0xe0) return {3, 0x0f, 0x800};
  if ((byte & 0xf8) == 0xf0) return {4, 0x07, 0x10000};
  return {0, 0, 0};
}

/// The first code point of `text`, which is not empty.
Decoded decode(std::string_view text) noexcept {
  const auto byte_at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const Lead lead = lead_of(byte_at(0));
  if (lead.length == 0 || lead.length > text.size()) return {};
  char32_t code_point = byte_at(0) & lead.payload_mask;
  for (std::size_t i = 1; i < lead.length; ++i) {
    if ((byte_at(i) & 0xc0) != 0x80) return {};
    code_point = (code_point << 6) | (byte_at(i) & 0x3fU);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < lead.smallest || code_point > 0x10ffff || surrogate) return {};
  return {code_point, lead.length};
}

bool is_control(char32_t c) noexcept { return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029; }

bool is_bidirectional_control(char32_t c) noexcept {
  return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_byte(std::string& out, char byte) {
  const auto value = static_cast<std::uint8_t>(byte);
  out += "\\x";
  out += kHexDigits[value >> 4];
  out += kHexDigits[value & 0xf];
}

void append_code_point(std::string& out, char32_t code_point) {
  out += "\\u{";
  bool started = false;
  for (int shift = 20; shift >= 0; shift -= 4) {
    const auto digit = (code_point >> shift) & 0xf;
    started = started || digit != 0 || shift == 0;
    if (started) out += kHexDigits[digit];
  }
  out += '}';
}

/// All that may not reach a terminal is below U+10000.
void append_json_escape(std::string& out, char32_t code_point) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[(code_point >> shift) & 0xf];
}

}  // namespace

std::string escape_json_for_terminal(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const Decoded decoded = decode(json);
    const std::size_t length = std::max<std::size_t>(decoded.length, 1);
    if (is_control(decoded.code_point) || is_bidirectional_control(decoded.code_point))
      append_json_escape(out, decoded.length == 0 ? 0xfffd : decoded.code_point);
    else
      out += json.substr(0, length);
    json.remove_prefix(length);
  }
  return out;
}

std::string escape_for_terminal(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);  // nearly every text of a long list
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = decode(text);
    if (decoded.length == 0 || (decoded.length == 1 && is_control(decoded.code_point))) {
      append_byte(out, text.front());
      text.remove_prefix(1);
      continue;
    }
    if (is_control(decoded.code_point) || is_bidirectional_control(decoded.code_point))
      append_code_point(out, decoded.code_point);
    else
      out += text.substr(0, decoded.length);
    text.remove_prefix(decoded.length);
  }
  return out;
}

}  // namespace ctrbox::core
