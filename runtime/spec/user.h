// Who a container's process is: the image's or the command line's user, looked up in the image's own passwd and group
// files. Those are content from outside: bounded by the reader, and a line that makes no sense is skipped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ctrbox::runtime {

/// Reads a file of the container's root ("etc/passwd"), at most kMaxUserFileBytes; std::nullopt when absent.
using RootFileReader = std::function<std::optional<std::string>(const std::string& path)>;

inline constexpr std::size_t kMaxUserFileBytes = 1024 * 1024;
/// Supplementary groups the kernel takes.
inline constexpr std::size_t kMaxGroups = 65536;

struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  /// The primary group first, so that rights a group is denied cannot be had by dropping it; then, unless a group was
  /// named, the groups that list the user as a member.
  std::vector<std::uint32_t> additional_gids;
  std::string home = "/";
};

/// `text` is "", "name", "uid", "name:group" or "uid:gid" in any mixture; "" is root. A uid without an entry in passwd
/// has group 0. Throws invalid_argument, also for a name that is not in the files.
User resolve_user(const std::string& text, const RootFileReader& read_file);

}  // namespace ctrbox::runtime
