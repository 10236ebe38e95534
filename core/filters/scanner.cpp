#include "core/filters/scanner.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/error.h"

namespace ctrbox::core::filters {
namespace {

constexpr std::size_t kShownBytes = 200;  // of the expression, on either side of the fault

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_field_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_operator_character(char c) noexcept { return c == '=' || c == '!' || c == '~'; }
bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// The value of a digit, or 255.
unsigned digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return 255;
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((c >> shift) & 0x3f)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | (c >> 6));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | (c >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0 | (c >> 18));
    tail(12), tail(6), tail(0);
  }
}

std::string last_part(std::string_view text) {
  return text.size() <= kShownBytes ? std::string(text) : "…" + std::string(text.substr(text.size() - kShownBytes));
}

std::string first_part(std::string_view text) {
  return text.size() <= kShownBytes ? std::string(text) : std::string(text.substr(0, kShownBytes)) + "…";
}

}  // namespace

void Scanner::fail(std::size_t position, const std::string& message) const {
  std::string shown;
  if (position < text_.size()) {
    std::size_t end = position + 1;
    while (end < text_.size() && is_continuation(text_[end])) ++end;  // a whole character, not its first byte
    shown = last_part(text_.substr(0, position)) + " >|" + std::string(text_.substr(position, end - position)) + "|< " +
            first_part(text_.substr(end));
  } else {
    shown = last_part(text_);
  }
  throw invalid_argument("filters: parse error: [" + shown + "]: " + message);
}

std::size_t Scanner::position() {
  skip_blanks();
  return position_;
}

void Scanner::skip_blanks() {
  while (more() && is_blank(next())) ++position_;
}

bool Scanner::at_end() {
  skip_blanks();
  return !more();
}

bool Scanner::next_is(char wanted) { return !at_end() && next() == wanted; }

bool Scanner::take(char wanted) {
  if (!next_is(wanted)) return false;
  ++position_;
  return true;
}

std::string Scanner::take_field() {
  if (at_end()) fail(position_, "expected field or quoted");
  if (next() == '"') return take_quoted();
  const std::size_t start = position_;
  while (more() && is_field_character(next())) ++position_;
  if (position_ == start) fail(position_, "expected field or quoted");
  return std::string(text_.substr(start, position_ - start));
}

std::string_view Scanner::take_operator() {
  constexpr std::array<std::string_view, 3> kOperators = {"==", "!=", "~="};
  skip_blanks();
  const std::size_t start = position_;
  std::size_t end = start;
  while (end < text_.size() && is_operator_character(text_[end])) ++end;
  if (end == start) {
    std::string message = "expected an operator (\"==\"|\"!=\"|\"~=\")";
    if (more() && (next() == '-' || next() == '/')) message += "; a field that holds this must be quoted";
    fail(start, message);
  }
  const std::string_view run = text_.substr(start, end - start);
  const std::string_view taken = run.substr(0, 2);
  const bool known = std::find(kOperators.begin(), kOperators.end(), taken) != kOperators.end();
  // "==!x" compares with "!x", but "===x" is more likely another language's operator than a comparison with "=x".
  if (!known || (run.size() > 2 && run[2] == '=')) fail(start, "unsupported operator " + quoted(run));
  position_ = start + taken.size();
  return taken;
}

std::string Scanner::take_value() {
  if (at_end()) fail(position_, "expected value or quoted");
  if (next() == '"') return take_quoted();
  const std::size_t start = position_;
  while (more() && !is_blank(next()) && !is_control(next()) && next() != ',') ++position_;
  if (position_ == start) fail(position_, "expected value or quoted");
  return std::string(text_.substr(start, position_ - start));
}

/// A string as Go writes it between double quotes.
std::string Scanner::take_quoted() {
  const std::size_t start = position_;
  ++position_;
  std::string out;
  while (more() && next() != '"' && next() != '\n') {
    if (next() == '\\') {
      take_escape(out);
    } else {
      out += next();
      ++position_;
    }
  }
  if (!more() || next() == '\n') fail(start, "quoted literal not terminated");
  ++position_;
  return out;
}

void Scanner::take_escape(std::string& out) {
  constexpr std::string_view kLetters = "abfnrtv\\\"";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"";
  const std::size_t start = position_;
  ++position_;
  if (!more()) fail(start, "quoted literal not terminated");
  const char letter = next();
  if (const auto known = kLetters.find(letter); known != std::string_view::npos) {
    out += kMeanings[known];
    ++position_;
    return;
  }
  if (letter >= '0' && letter <= '7') {
    const char32_t byte = take_digits(start, 3, 8);
    if (byte > 0xff) fail(start, "illegal escape: larger than a byte");
    out += static_cast<char>(byte);
    return;
  }
  ++position_;
  switch (letter) {
    case 'x': out += static_cast<char>(take_digits(start, 2, 16)); return;
    case 'u':
    case 'U': {
      const char32_t c = take_digits(start, letter == 'u' ? 4 : 8, 16);
      if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) fail(start, "illegal escape: not a Unicode character");
      append_utf8(out, c);
      return;
    }
    default: fail(start, "illegal escape");
  }
}

char32_t Scanner::take_digits(std::size_t start, int count, int base) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i, ++position_) {
    const unsigned digit = more() ? digit_value(next()) : 255;
    if (digit >= static_cast<unsigned>(base)) fail(start, "illegal escape: too few digits");
    value = value * static_cast<std::uint32_t>(base) + digit;
  }
  return value;
}

}  // namespace ctrbox::core::filters
