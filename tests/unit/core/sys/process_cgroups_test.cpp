// SPDX-License-Identifier: Apache-2.0
#include "core/sys/process_cgroups.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr const char* kHybrid =
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
    "42 31 0:39 / /sys/fs/cgroup/pids rw - tmpfs tmpfs rw,pids\n"
    "not a line\n";

TEST(ProcessCgroups, EveryControllerHasItsDirectory) {
  const auto groups =
      locate_cgroups("4:memory:/default/web\n3:cpu,cpuacct:/elsewhere\n2:name=systemd:/x\n0::/default/web\n", kHybrid);
  EXPECT_EQ(groups.of("memory"), "/sys/fs/cgroup/memory/default/web");
  EXPECT_EQ(groups.of("cpu"), "/sys/fs/cgroup/cpu,cpuacct/elsewhere");
  EXPECT_EQ(groups.of("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct/elsewhere");
  EXPECT_EQ(groups.unified, "/sys/fs/cgroup/unified/default/web");
  EXPECT_TRUE(groups.is_version1);
  EXPECT_EQ(groups.controllers.size(), 3U) << "named hierarchies have no figures";
}

TEST(ProcessCgroups, OfAHostWithVersion2AloneThereIsOneDirectory) {
  const auto groups = locate_cgroups("0::/system.slice/web:1.scope\n",
                                     "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");
  EXPECT_FALSE(groups.is_version1);
  EXPECT_TRUE(groups.controllers.empty());
  EXPECT_EQ(groups.unified, "/sys/fs/cgroup/system.slice/web:1.scope");
}

TEST(ProcessCgroups, ARootGroupIsNone) {
  const auto ended = locate_cgroups("4:memory:/\n0::/\n", kHybrid);
  EXPECT_TRUE(ended.is_version1);
  EXPECT_TRUE(ended.controllers.empty());
  EXPECT_EQ(ended.unified, "");
}

TEST(ProcessCgroups, AMountOfAPartShowsWhatIsBeneathIt) {
  const std::string mounts = "30 23 0:26 /docker/a /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
  EXPECT_EQ(locate_cgroups("1:memory:/docker/a/b\n", mounts).of("memory"), "/sys/fs/cgroup/memory/b");
  EXPECT_EQ(locate_cgroups("1:memory:/docker/a\n", mounts).of("memory"), "/sys/fs/cgroup/memory");
  EXPECT_EQ(locate_cgroups("1:memory:/docker/ab\n", mounts).of("memory"), "");
}

TEST(ProcessCgroups, WhatIsNotMountedOrOutsideIsLeftOut) {
  EXPECT_EQ(locate_cgroups("1:pids:/a\n", kHybrid).of("pids"), "");
  EXPECT_EQ(locate_cgroups("1:memory:/../a\n", kHybrid).of("memory"), "");
  EXPECT_EQ(locate_cgroups("0::/..\n", kHybrid).unified, "");
  EXPECT_TRUE(locate_cgroups("nonsense\n:\n1:memory\n", kHybrid).controllers.empty());
}

TEST(ProcessCgroups, AProcessThatIsNotThereIsNotFound) {
  try {
    find_process_cgroups(0x7fffffff);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
  }
}

TEST(ProcessCgroups, AFileThatTheKernelDoesNotHaveHasNoText) {
  EXPECT_EQ(read_cgroup_file("/proc/self", "no-such-file"), std::nullopt);
  EXPECT_EQ(read_cgroup_file("", "status"), std::nullopt);
  EXPECT_EQ(read_cgroup_file("/proc", "self"), std::nullopt) << "a directory";
}

}  // namespace
}  // namespace ctrbox::core
