#include "commands/flags/moment.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::commands {
namespace {

constexpr core::UnixNanos kNow = 1501280391'000000000;
constexpr core::UnixNanos kSecond = 1'000'000'000;

TEST(Moment, DigitsAreASequence) {
  EXPECT_EQ(parse_moment("42", kNow), Moment(Sequence{42}));
  EXPECT_EQ(parse_moment("0", kNow), Moment(Sequence{0}));
}

TEST(Moment, ADurationIsBeforeNowAndWithAPlusAfterIt) {
  EXPECT_EQ(parse_moment("10m", kNow), Moment(Time{kNow - 600 * kSecond}));
  EXPECT_EQ(parse_moment("+1.5s", kNow), Moment(Time{kNow + 3 * kSecond / 2}));
}

TEST(Moment, ATimeIsOneThatEventsPrint) {
  EXPECT_EQ(parse_moment("2017-07-28 22:19:51 +0000 UTC", 0), Moment(Time{kNow}));
  EXPECT_EQ(parse_moment("2017-07-28T22:19:51Z", 0), Moment(Time{kNow}));
}

TEST(Moment, EverythingElseIsAnErrorThatSaysWhatThereIs) {
  for (const char* text : {"", "now", "-5", "99999999999999999999", "1x", "+", "2017-07-32"})
    EXPECT_THROW(parse_moment(text, kNow), core::Error) << text;
}

}  // namespace
}  // namespace ctrbox::commands
