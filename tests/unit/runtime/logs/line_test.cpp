#include "runtime/logs/line.h"

#include <gtest/gtest.h>

namespace ctrbox::runtime::logs {
namespace {

constexpr core::UnixNanos kTime = 1475712 * 1'000'000'000'000 + 629'669'794'202;  // 2016-10-06T00:10:29.669794202Z

TEST(LogLine, IsTakenApart) {
  EXPECT_EQ(parse_line("2016-10-06T00:10:29.669794202Z stdout F hello  world "),
            (Piece{kTime, Stream::out, true, "hello  world "}));
  EXPECT_EQ(parse_line("2016-10-06T00:10:29.669794202Z stderr P half"), (Piece{kTime, Stream::err, false, "half"}));
}

TEST(LogLine, TextMayBeAnythingOrNothing) {
  EXPECT_EQ(parse_line("2016-10-06T00:10:29.669794202Z stdout F ")->text, "");
  EXPECT_EQ(parse_line("2016-10-06T00:10:29.669794202Z stdout F")->text, "");
  EXPECT_EQ(parse_line(std::string_view("2016-10-06T00:10:29.669794202Z stdout F \0\x1b\xff\r", 44))->text.size(), 4U);
  EXPECT_EQ(parse_line("2016-10-06T00:10:29.669794202Z stdout P:more F text")->text, "F text");
}

TEST(LogLine, WhatIsNoneIsToldApart) {
  for (const char* line : {"", " ", "hello", "2016-10-06T00:10:29Z", "2016-10-06T00:10:29Z stdout", "x stdout F text",
                           "2016-10-06T00:10:29Z stdin F text", "2016-10-06T00:10:29Z stdout X text",
                           "2016-10-06T00:10:29Z stdout FF text"})
    EXPECT_FALSE(parse_line(line)) << line;
}

}  // namespace
}  // namespace ctrbox::runtime::logs
