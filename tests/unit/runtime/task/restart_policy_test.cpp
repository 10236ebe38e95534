#include "runtime/task/restart_policy.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using std::chrono::milliseconds;

TEST(RestartPolicy, SaysAfterWhichEndItStartsAgain) {
  EXPECT_FALSE(parse_restart_policy("").wants_restart(1, 0));
  EXPECT_FALSE(parse_restart_policy("no").wants_restart(1, 0));
  EXPECT_TRUE(parse_restart_policy("always").wants_restart(0, 1000));
  EXPECT_TRUE(parse_restart_policy("unless-stopped").wants_restart(0, 0));
  EXPECT_TRUE(parse_restart_policy("on-failure").wants_restart(137, 1000));
  EXPECT_FALSE(parse_restart_policy("on-failure").wants_restart(0, 0));
}

TEST(RestartPolicy, CountsTheStartsOfOnFailure) {
  const RestartPolicy policy = parse_restart_policy("on-failure:3");
  EXPECT_TRUE(policy.wants_restart(1, 2));
  EXPECT_FALSE(policy.wants_restart(1, 3));
}

TEST(RestartPolicy, SurvivesARebootOnlyIfItNeverAsksForAFailure) {
  EXPECT_TRUE(parse_restart_policy("always").survives_reboot());
  EXPECT_TRUE(parse_restart_policy("unless-stopped").survives_reboot());
  EXPECT_FALSE(parse_restart_policy("on-failure:3").survives_reboot());
  EXPECT_FALSE(parse_restart_policy("no").survives_reboot());
}

TEST(RestartPolicy, RefusesOtherWords) {
  for (const char* text : {"sometimes", "Always", "on-failure:", "on-failure:0", "on-failure:-1", "on-failure:3x",
                           "on-failure3", "on-failure:99999999999", "always:3", " no"})
    EXPECT_THROW(parse_restart_policy(text), core::Error) << text;
}

TEST(RestartPolicy, WaitsLongerAfterEachShortLifeUpToAMinute) {
  EXPECT_EQ(restart_delay(0), milliseconds(100));
  EXPECT_EQ(restart_delay(1), milliseconds(200));
  EXPECT_EQ(restart_delay(5), milliseconds(3200));
  EXPECT_EQ(restart_delay(10), milliseconds(60'000));
  EXPECT_EQ(restart_delay(4'000'000'000U), milliseconds(60'000));
}

}  // namespace
}  // namespace ctrbox::runtime
