// SPDX-License-Identifier: Apache-2.0
#include "runtime/shim/oom_watch.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr int kNothingComesMs = 50;
constexpr int kPatienceMs = 10'000;
constexpr std::size_t kLimitBytes = 8 << 20;

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

/// A directory that looks like a group of version 2: inotify does not mind.
class OomWatchOfVersion2 : public testing::Test {
 protected:
  OomWatchOfVersion2() {
    groups_.unified = group_.path();
    set_events(0, 0);
  }
  void set_events(int oom, int kills) {
    write(group_.path("memory.events"),
          "low 0\nhigh 0\nmax 3\noom " + std::to_string(oom) + "\noom_kill " + std::to_string(kills) + "\n");
  }
  void settle() { loop_.run_once(kNothingComesMs); }

  test::TempDir group_;
  core::ProcessCgroups groups_;
  core::EventLoop loop_;
  int told_ = 0;
};

TEST_F(OomWatchOfVersion2, AKillIsToldOnce) {
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  ASSERT_TRUE(watch.is_watching());
  set_events(1, 1);
  settle();
  EXPECT_EQ(told_, 1);
  settle();
  EXPECT_EQ(told_, 1);
  set_events(2, 2);
  settle();
  EXPECT_EQ(told_, 2);
}

TEST_F(OomWatchOfVersion2, OtherCountersTellNothing) {
  set_events(1, 1);
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  set_events(9, 1);
  settle();
  EXPECT_EQ(told_, 0);
}

TEST_F(OomWatchOfVersion2, LookingSeesWhatTheLoopHasNotYet) {
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  set_events(1, 1);
  watch.look();
  EXPECT_EQ(told_, 1);
  settle();
  EXPECT_EQ(told_, 1);
}

TEST_F(OomWatchOfVersion2, AGroupThatWentIsNotWatchedAnyMore) {
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  std::filesystem::remove(group_.path("memory.events"));
  settle();
  EXPECT_FALSE(watch.is_watching());
  EXPECT_EQ(told_, 0);
}

TEST(OomWatch, AHostWithoutNoticesHasNoWatch) {
  core::EventLoop loop;
  EXPECT_FALSE(OomWatch(loop, core::ProcessCgroups(), [] {}).is_watching());
  core::ProcessCgroups nowhere;
  nowhere.unified = "/nonexistent";
  EXPECT_FALSE(OomWatch(loop, nowhere, [] {}).is_watching());
  nowhere.controllers["memory"] = "/nonexistent";
  EXPECT_FALSE(OomWatch(loop, nowhere, [] {}).is_watching());
  EXPECT_FALSE(OomWatch(loop, pid_t{0x7fffffff}, [] {}).is_watching());
}

/// In `group`: takes memory until it is killed for it.
[[noreturn]] void take_memory(const std::string& group) {
  write(group + "/cgroup.procs", std::to_string(getpid()));
  void* const memory = mmap(nullptr, 4 * kLimitBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (std::size_t i = 0; i < 4 * kLimitBytes; i += 4096) static_cast<volatile char*>(memory)[i] = 1;
  _exit(0);
}

/// A real group of version 1, of its own for each test process.
class OomWatchOfVersion1 : public testing::Test {
 protected:
  void SetUp() override {
    group_ = "/sys/fs/cgroup/memory/ctrbox-unit-" + std::to_string(getpid());
    std::error_code failed;
    if (!std::filesystem::create_directory(group_, failed))
      GTEST_SKIP() << "no memory controller of version 1 that we may make a group in";
    write(group_ + "/memory.limit_in_bytes", std::to_string(kLimitBytes));
    write(group_ + "/memory.memsw.limit_in_bytes", std::to_string(kLimitBytes));
    groups_.controllers["memory"] = group_;
  }
  void TearDown() override { rmdir(group_.c_str()); }

  std::string group_;
  core::ProcessCgroups groups_;
  core::EventLoop loop_;
  int told_ = 0;
};

TEST_F(OomWatchOfVersion1, AProcessThatTakesTooMuchIsTold) {
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  ASSERT_TRUE(watch.is_watching());
  loop_.run_once(kNothingComesMs);
  EXPECT_EQ(told_, 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) take_memory(group_);
  loop_.run_once(kPatienceMs);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(told_, 1);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

TEST_F(OomWatchOfVersion1, AGroupThatWasRemovedTellsNothing) {
  OomWatch watch(loop_, groups_, [this] { ++told_; });
  ASSERT_EQ(rmdir(group_.c_str()), 0);
  loop_.run_once(kPatienceMs);
  EXPECT_EQ(told_, 0);
  EXPECT_FALSE(watch.is_watching());
}

}  // namespace
}  // namespace ctrbox::runtime::shim
