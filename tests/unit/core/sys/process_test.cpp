#include "core/sys/process.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ctrbox::core {
namespace {

TEST(Process, ThisOneIsAlive) {
  const ProcessIdentity self = this_process();
  EXPECT_EQ(self.pid, getpid());
  EXPECT_GT(self.start_time, 0U);
  EXPECT_TRUE(is_alive(self));
  EXPECT_EQ(find_process(getpid()), self);
}

TEST(Process, AnotherStartTimeIsAnotherProcess) {
  ProcessIdentity other = this_process();
  ++other.start_time;
  EXPECT_FALSE(is_alive(other));
}

TEST(Process, NoSuchProcessIsNobody) {
  EXPECT_FALSE(find_process(0));
  EXPECT_FALSE(find_process(-1));
  EXPECT_FALSE(find_process(0x7fffffff));
}

TEST(Process, AZombieIsThereButNotAlive) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(0);
  siginfo_t info{};
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
  const std::optional<ProcessIdentity> zombie = find_process(child);
  ASSERT_TRUE(zombie);
  EXPECT_FALSE(is_alive(*zombie));
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(find_process(child));
}

TEST(Process, ACommandNameMayHoldAnything) {
  char before[16] = {};
  ASSERT_EQ(prctl(PR_GET_NAME, before), 0);
  const ProcessIdentity self = this_process();
  ASSERT_EQ(prctl(PR_SET_NAME, "x) Z 1 (\n) 2"), 0);
  EXPECT_EQ(this_process(), self);
  EXPECT_TRUE(is_alive(self));
  prctl(PR_SET_NAME, before);
}

TEST(Process, TheBootHasAnId) {
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id()[8], '-');
}

}  // namespace
}  // namespace ctrbox::core
