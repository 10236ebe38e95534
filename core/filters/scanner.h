// Reads the tokens of one filter expression. The parser says what it expects (a field, an operator, a value) and the
// scanner never guesses: the same characters may stand in a value that could not stand in a field. Private to
// core/filters. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ctrbox::core::filters {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Skips blanks. True at the end of the expression.
  bool at_end();
  /// Skips blanks. Whether `wanted` is next.
  bool next_is(char wanted);
  /// Skips blanks. Takes `wanted` if it is next.
  bool take(char wanted);
  /// A run of letters, digits and _, or a quoted string.
  std::string take_field();
  /// "==", "!=" or "~=".
  std::string_view take_operator();
  /// A run of anything but blanks, commas and control characters, or a quoted string.
  std::string take_value();
  /// Skips blanks. Where the next token begins.
  std::size_t position();

  /// Throws invalid_argument that shows the place.
  [[noreturn]] void fail(std::size_t position, const std::string& message) const;

 private:
  void skip_blanks();
  char next() const noexcept { return text_[position_]; }
  bool more() const noexcept { return position_ < text_.size(); }
  std::string take_quoted();
  void take_escape(std::string& out);
  char32_t take_digits(std::size_t start, int count, int base);

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace ctrbox::core::filters
