// The files of one log: `log` is written, `log.1` is what it was before, `log.2` before that, and so on.
//
// A rotation renames them at any time, so they are known by what they are (device and inode), not by their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/sys/fd.h"

namespace ctrbox::runtime::logs {

/// Older files than these are not looked at.
inline constexpr int kMaxFiles = 100;

struct LogFile {
  core::Fd fd;
  dev_t device = 0;
  ino_t inode = 0;
  bool is(const LogFile& other) const noexcept { return device == other.device && inode == other.inode; }
};

/// "log" for 0, "log.1" for 1.
std::string log_file_name(int number);

/// All that are there, the oldest first; none if there is no such directory. None that lasts is missed, whatever is
/// renamed meanwhile.
std::vector<LogFile> open_log_files(const std::string& directory);

/// The one after `file`, or the oldest one if that has been removed; std::nullopt while `file` is the newest.
std::optional<LogFile> open_successor(const std::string& directory, const LogFile& file);

}  // namespace ctrbox::runtime::logs
