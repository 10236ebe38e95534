// Which control groups a process is in, as directories of this host, whatever path its spec asked for.
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace ctrbox::core {

/// A root group is none: its figures are the host's. (In version 1 a process that has ended is in the root groups.)
struct ProcessCgroups {
  bool is_version1 = false;  // there are controllers of version 1 here, which are where the figures are
  std::map<std::string, std::string> controllers;  // version 1: "memory" -> directory; named hierarchies are left out
  std::string unified;                             // version 2: the directory, or ""

  /// The directory of a version 1 controller, or "".
  const std::string& of(const std::string& controller) const;
};

/// Throws not_found when there is no such process.
ProcessCgroups find_process_cgroups(pid_t pid);
/// The same from texts like /proc/<pid>/cgroup and /proc/self/mountinfo. What no mount shows is left out.
ProcessCgroups locate_cgroups(const std::string& process_cgroup, const std::string& mountinfo);

/// The text of a file of a group. std::nullopt when the kernel has no such file, or nothing to say in it.
std::optional<std::string> read_cgroup_file(const std::string& directory, const std::string& name);

}  // namespace ctrbox::core
