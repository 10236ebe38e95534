// What a process is to those who look at it: whose, whose child, how much it has computed, what it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/sys/process.h"

namespace ctrbox::core {

struct ProcessDetails {
  ProcessIdentity identity;
  pid_t parent = 0;
  uid_t uid = 0;  // effective, as this process's user namespace counts
  std::chrono::milliseconds cpu_time{0};
  /// Its arguments with blanks between them; "[name]" when it shows none. From outside: not escaped. What is beyond
  /// kMaxCommandBytes is cut.
  std::string command;
};
inline constexpr std::size_t kMaxCommandBytes = 4096;

/// std::nullopt if there is no such process.
std::optional<ProcessDetails> find_process_details(pid_t pid);

// How texts like /proc/PID/stat and /proc/PID/status are read; std::nullopt for what is none. Pure.
struct StatFields {
  std::string name;
  char state = '?';
  std::int64_t parent = 0;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t start_time = 0;
};
/// The name may hold anything, parentheses and newlines too.
std::optional<StatFields> parse_process_stat(std::string_view text);
std::optional<uid_t> parse_effective_uid(std::string_view text);

}  // namespace ctrbox::core
