#include "core/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace ctrbox::core::log {
namespace {

class Log : public testing::Test {
 protected:
  ~Log() override { set_level(Level::warning); }
};

TEST_F(Log, DropsWhatIsBelowTheLevel) {
  testing::internal::CaptureStderr();
  debug("unseen");
  info("unseen");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  set_level(Level::debug);
  EXPECT_TRUE(enabled(Level::debug));
}

TEST_F(Log, WritesOneHarmlessLine) {
  testing::internal::CaptureStderr();
  warning("a \"b\"\n\x1b[31m");
  EXPECT_THAT(
      testing::internal::GetCapturedStderr(),
      testing::MatchesRegex("time=\"[-0-9T:.]+Z\" level=warning msg=\"a \\\\\"b\\\\\"\\\\x0a\\\\x1b\\[31m\"\n"));
}

}  // namespace
}  // namespace ctrbox::core::log
