// The directories of a layer that is being staged, each reachable by descriptor: parents are opened once, component by
// component and never through a symlink, and kept in a bounded cache. The tree starts empty on an empty directory that
// nobody else writes to, so it knows all directories there are. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <time.h>

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive/tar_reader.h"
#include "core/sys/fd.h"

namespace ctrbox::core::diff {

/// What an entry says of its directory; kept until all that is in it is written.
struct DirectoryMetadata {
  mode_t permissions = 0;
  uid_t uid = 0;
  gid_t gid = 0;
  timespec atime{};
  timespec mtime{};
  std::vector<archive::Xattr> xattrs;  // those that are allowed
};

struct Directory {
  std::string name;
  Directory* parent = nullptr;
  std::map<std::string, std::unique_ptr<Directory>, std::less<>> children;
  std::unique_ptr<DirectoryMetadata> metadata;  // null: only implied by a name inside it
  std::size_t path_bytes = 0;                   // length of path()
  mode_t made_with = 0;                         // the mode it was created with
  bool wanted = false;                          // something other than whiteouts is in it
  bool opaque = false;                          // hides what the lower layers have in it
  bool fresh = false;  // it replaced something, so nothing of the lower layers' directory is left, not even its mode
  Fd fd;               // O_PATH, while in the cache
  std::list<Directory*>::iterator in_cache;

  /// "" for the root.
  std::string path() const;
};

class DirectoryTree {
 public:
  /// `root` is borrowed and must outlive the tree.
  explicit DirectoryTree(int root);
  DirectoryTree(const DirectoryTree&) = delete;
  DirectoryTree& operator=(const DirectoryTree&) = delete;

  Directory& root() noexcept { return root_; }
  /// A descriptor on the directory, valid until the next call.
  int fd(Directory& directory);
  /// nullptr if it is not there.
  static Directory* child(Directory& directory, std::string_view name);
  /// Adds what the caller has just made on disk. Throws invalid_argument when its path is longer than the kernel takes:
  /// symlinks let short names lead to any depth.
  Directory& add(Directory& parent, std::string_view name, mode_t made_with);
  /// Forgets a directory and all beneath it.
  void remove(Directory& directory);

 private:
  void drop_descriptors(Directory& directory);

  int root_fd_;
  Directory root_;
  std::list<Directory*> cache_;  // most recently used first
};

}  // namespace ctrbox::core::diff
