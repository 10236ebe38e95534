#include "core/base/clock.h"

#include <gtest/gtest.h>

namespace ctrbox::core {
namespace {

constexpr UnixNanos kTime = 1501280391'789448740;

TEST(Clock, PrintsAsGoAndAsRfc3339) {
  EXPECT_EQ(to_go_text(kTime), "2017-07-28 22:19:51.78944874 +0000 UTC");
  EXPECT_EQ(to_go_text(1501280391'000000000), "2017-07-28 22:19:51 +0000 UTC");
  EXPECT_EQ(to_rfc3339(kTime), "2017-07-28T22:19:51.78944874Z");
  EXPECT_EQ(to_rfc3339(-1), "1969-12-31T23:59:59.999999999Z");
}

TEST(Clock, ReadsWhatItPrints) {
  for (const UnixNanos time : {kTime, UnixNanos{0}, UnixNanos{-1}, UnixNanos{951782400'000000000}}) {
    EXPECT_EQ(parse_time(to_go_text(time)), time);
    EXPECT_EQ(parse_time(to_rfc3339(time)), time);
  }
}

TEST(Clock, ReadsShorterFormsAndZones) {
  constexpr UnixNanos kMidnight = 1501200000'000000000;
  constexpr UnixNanos kHour = 3600'000'000'000;
  EXPECT_EQ(parse_time("2017-07-28"), kMidnight);
  EXPECT_EQ(parse_time("2017-07-28T02:00"), kMidnight + 2 * kHour);
  EXPECT_EQ(parse_time("2017-07-28 02:00:00"), kMidnight + 2 * kHour);
  EXPECT_EQ(parse_time("2017-07-28T02:00:00+02:00"), kMidnight);
  EXPECT_EQ(parse_time("2017-07-27T22:00:00-0200"), kMidnight);
}

TEST(Clock, RefusesEverythingElse) {
  for (const char* text : {"", "2017", "2017-07", "2017-13-01", "2017-02-30", "2017-07-28T", "2017-07-28T24:00",
                           "2017-07-28T10:60", "2017-07-28T10:00:00.", "2017-07-28T10:00:00x", "2017-07-28T10:00Z ",
                           "1492-01-01", "2261-12-31 23:59:60.5-14:00", "1678-01-01T00:00+14:00", "9999-01-01",
                           "2017-07-28T10:00+25:00", "20170728", "2017-7-28"})
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace ctrbox::core
