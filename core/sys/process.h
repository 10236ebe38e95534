// Who a process is: a pid alone is never trusted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace ctrbox::core {

/// A process of this boot, told apart from a later one with the same pid by its start time (clock ticks since boot,
/// field 22 of /proc/PID/stat).
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t start_time = 0;
  bool operator==(const ProcessIdentity&) const = default;
};

/// std::nullopt if there is no such process.
std::optional<ProcessIdentity> find_process(pid_t pid);
ProcessIdentity this_process();
/// True if exactly this process still runs (a zombie does not).
bool is_alive(const ProcessIdentity& process);
/// /proc/sys/kernel/random/boot_id, read once.
const std::string& boot_id();
/// Which pid namespace this process is in: the number of its inode.
std::uint64_t pid_namespace();
/// Whether the effective user is root.
bool is_root() noexcept;

}  // namespace ctrbox::core
