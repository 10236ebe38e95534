// A layer on disk in overlay's form, and what is still to be done about it once the layers below are known.
//
// Overlay's form: a removed name is a character device 0:0, a directory that hides what is below has the attribute
// trusted.overlay.opaque. All paths are clean and relative to the layer's root, "" is the root.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace ctrbox::core::diff {

inline constexpr const char* kOpaqueXattr = "trusted.overlay.opaque";

inline bool is_whiteout(const struct stat& status) { return S_ISCHR(status.st_mode) && status.st_rdev == 0; }

/// A directory that no entry of the layer describes: it takes owner, mode, times and attributes from the layer below.
struct ImpliedDirectory {
  std::string path;
  bool wanted = false;  // false: only whiteouts asked for it
  bool fresh = false;   // the layer took the lower one away
};

/// A file of a lower layer that this layer links to. An empty file stands for it under all its names, which are none
/// when later entries took them all.
struct BorrowedFile {
  std::string path;  // where the lower layers have it
  ino_t inode = 0;
  std::vector<std::string> names;
};

struct StagedLayer {
  std::vector<ImpliedDirectory> implied;  // parents first
  std::vector<std::string> whiteouts;
  std::set<std::string> opaque;  // directories
  std::vector<BorrowedFile> borrowed;
  bool opaque_root = false;
  std::int64_t size_bytes = 0;  // apparent sizes, hard links once
  std::int64_t inodes = 0;
  bool must_recount = false;  // something was replaced: size_bytes and inodes are not exact
};

}  // namespace ctrbox::core::diff
