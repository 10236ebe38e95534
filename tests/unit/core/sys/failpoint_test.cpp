#include "core/sys/failpoint.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace ctrbox::core {
namespace {

#ifdef CTRBOX_FAILPOINTS
TEST(FailpointDeathTest, KillsAtTheNamedPointOnly) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // each in a new process: the environment is read once
  EXPECT_EXIT(
      {
        setenv("FAILPOINT", "a.b=kill", 1);
        failpoint("a");
        failpoint("a.b.c");
        failpoint("a.b");
        exit(1);
      },
      testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(
      {
        setenv("FAILPOINT", "a.b=other", 1);
        failpoint("a.b");
        exit(3);
      },
      testing::ExitedWithCode(3), "");
}
#endif

}  // namespace
}  // namespace ctrbox::core
