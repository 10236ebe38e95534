// The host's control groups, also as a last resort: whoever is in a container's group can be found and ended without
// its runtime.
//
// `path` is as in a runtime spec ("/ns/id"): the same directory in each hierarchy that is mounted here, version 1 or 2.
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace ctrbox::core {

/// True if /sys/fs/cgroup is cgroup2 alone (not v1, not the hybrid of both).
bool has_only_cgroup2() noexcept;

/// Where `path` exists now; empty if no hierarchy has it. The root, and "", are no group that anybody may end.
std::vector<std::string> find_cgroups(const std::string& path);
/// The mount points of the hierarchies in a text like /proc/self/mountinfo.
std::vector<std::string> parse_cgroup_mounts(const std::string& mountinfo);
/// Whether any process is in it or beneath.
bool has_processes(const std::string& path);
/// Lets frozen processes go on: a signal that kills is only seen then. What cannot be written is passed over.
void thaw_cgroups(const std::string& path);
/// Kills every process in it and beneath, frozen ones too, and removes the directories. Returns whether all are gone;
/// gives up after `limit`.
bool end_cgroups(const std::string& path, std::chrono::milliseconds limit);

}  // namespace ctrbox::core
