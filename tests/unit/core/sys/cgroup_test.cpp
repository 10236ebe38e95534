// SPDX-License-Identifier: Apache-2.0
#include "core/sys/cgroup.h"

#include <gtest/gtest.h>

namespace ctrbox::core {
namespace {

TEST(Cgroup, MountPointsOfBothVersionsAreFoundOnce) {
  const auto mounts = parse_cgroup_mounts(
      "22 1 0:20 / /proc rw,relatime shared:2 - proc proc rw\n"
      "30 22 0:26 / /sys/fs/cgroup/pids rw,relatime shared:9 - cgroup cgroup rw,pids\n"
      "31 22 0:27 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
      "32 22 0:26 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
      "33 22 0:28 / /home/cgroup rw - ext4 /dev/sda rw\n"
      "not a line\n");
  EXPECT_EQ(mounts, (std::vector<std::string>{"/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified"}));
}

TEST(Cgroup, WhatIsNotThereHasEnded) {
  EXPECT_TRUE(find_cgroups("/ctrbox-test/no-such-group").empty());
  EXPECT_TRUE(end_cgroups("/ctrbox-test/no-such-group", std::chrono::milliseconds(1)));
}

}  // namespace
}  // namespace ctrbox::core
