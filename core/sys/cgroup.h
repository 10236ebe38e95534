// What the host's control groups are. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::core {

/// True if /sys/fs/cgroup is cgroup2 alone (not v1, not the hybrid of both).
bool has_only_cgroup2() noexcept;

}  // namespace ctrbox::core
