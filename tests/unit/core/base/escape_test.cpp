#include "core/base/escape.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

namespace ctrbox::core {
namespace {

TEST(Escape, MakesControlsVisibleAndLeavesTextAlone) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain \"text\" \\ ~", "plain \"text\" \\ ~"},
      {"žluťoučký 漢字 🦭", "žluťoučký 漢字 🦭"},
      {"a\nb\tc\r", "a\\x0ab\\x09c\\x0d"},
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
      {std::string("nul\0", 4), "nul\\x00"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b"
       "31m",
       "\\u{9b}31m"},  // C1: a control sequence introducer
      {"a\u2028b\u2029", "a\\u{2028}b\\u{2029}"},
      {"\u202egnp.exe", "\\u{202e}gnp.exe"},
      {"\u2066x\u2069\u200f\u061c", "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
      {"\xe2\x82", "\\xe2\\x82"},                    // cut off
      {"\xe2\x28\xa1", "\\xe2(\\xa1"},
  };
  for (const auto& [text, escaped] : cases) EXPECT_EQ(escape_for_terminal(text), escaped);
}

TEST(Escape, ResultHoldsNoControlWhateverTheInput) {
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string text(random() % 24, '\0');
    for (char& c : text) c = static_cast<char>(random() % 256);
    const std::string escaped = escape_for_terminal(text);
    for (const char c : escaped) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    EXPECT_EQ(escape_for_terminal(escaped), escaped);
  }
}

TEST(EscapeJson, StaysTheSameJson) {
  EXPECT_EQ(escape_json_for_terminal("{\"a\":\"\xe6\x97\xa5 \\n\"}"), "{\"a\":\"\xe6\x97\xa5 \\n\"}");
  EXPECT_EQ(escape_json_for_terminal("\"\xc2\x9b\xe2\x80\xa8\x7f\xe2\x80\xae\""), "\"\\u009b\\u2028\\u007f\\u202e\"");
}

}  // namespace
}  // namespace ctrbox::core
