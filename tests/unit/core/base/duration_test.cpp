#include "core/base/duration.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"

namespace ctrbox::core {
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
    EXPECT_THROW(parse_duration(text), Error) << text;
  }
}

TEST(Duration, PrintsWithoutThePartsThatAreZero) {
  EXPECT_EQ(to_duration_text(0), "0s");
  EXPECT_EQ(to_duration_text(336LL * 3600 * 1'000'000'000), "336h");
  EXPECT_EQ(to_duration_text(5'400'000'000'000), "1h30m");
  EXPECT_EQ(to_duration_text(100'000'000), "100ms");
  EXPECT_EQ(to_duration_text(1), "1ns");
}

}  // namespace
}  // namespace ctrbox::core
