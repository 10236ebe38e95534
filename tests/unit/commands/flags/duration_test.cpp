#include "commands/flags/duration.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"

namespace ctrbox::commands {
namespace {

TEST(Duration, ReadsGoSpellings) {
  EXPECT_DOUBLE_EQ(parse_duration("0"), 0);
  EXPECT_DOUBLE_EQ(parse_duration("5s"), 5);
  EXPECT_DOUBLE_EQ(parse_duration("100ms"), 0.1);
  EXPECT_DOUBLE_EQ(parse_duration("1h30m"), 5400);
  EXPECT_DOUBLE_EQ(parse_duration("1.5s"), 1.5);
  EXPECT_DOUBLE_EQ(parse_duration(".5m"), 30);
  EXPECT_DOUBLE_EQ(parse_duration("2us"), 2e-6);
}

TEST(Duration, RefusesEverythingElse) {
  for (const char* text : {"", "5", "5x", "s", "-5s", "5s ", "5 s", "1e3s", "infs", "nans", "99999999999h", "."}) {
    EXPECT_THROW(parse_duration(text), core::Error) << text;
  }
}

}  // namespace
}  // namespace ctrbox::commands
