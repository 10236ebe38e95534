// Copies of what is on disk, as exact as a file system allows: owners, modes, times to the nanosecond, attributes, hard
// links, holes; blocks are shared where the file system can. Overlay's own attributes are left behind. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ctrbox::core::diff {

/// A file, symlink or special file `from` beneath `from_root`, to the free name `to` beneath `to_root`.
void copy_node(int from_root, const std::string& from, const struct stat& status, int to_root, const std::string& to);
/// Owner, mode, attributes and times of a directory.
void copy_directory_metadata(int from_root, const std::string& from, int to_root, const std::string& to);
/// The content and metadata of one directory into another that is empty. Names that begin with a slash or hold ".." do
/// not occur on disk, and symlinks are copied, not followed.
void copy_tree(int from, int to);

struct TreeUsage {
  std::int64_t size_bytes = 0;  // apparent sizes of what is not a directory, hard links once
  std::int64_t inodes = 0;      // distinct, the root included
};
TreeUsage measure_tree(int root);

/// The paths of every file of the tree that has more than one name, by inode.
using LinkNames = std::map<ino_t, std::vector<std::string>>;
LinkNames find_links(int root);

}  // namespace ctrbox::core::diff
