// The entries of a layer, written one by one: one small function per type. Used by apply_layer; private to this room.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/archive/tar_reader.h"
#include "core/diff/directory_tree.h"
#include "core/diff/entry_name.h"
#include "core/diff/staged_layer.h"

namespace ctrbox::core::diff {

class LayerWriter {
 public:
  explicit LayerWriter(int root) : tree_(root), root_(root) {}

  /// `reader` stands on `entry`, whose data are taken from it.
  void write(const archive::TarEntry& entry, archive::TarReader& reader);
  /// Directories' owners, modes, attributes and times, deepest first. Call once, at the end.
  StagedLayer finish();

 private:
  void write_root(const archive::TarEntry& entry);
  void write_ordinary(Directory& parent, const std::string& name, const archive::TarEntry& entry,
                      archive::TarReader& reader);
  void write_file(Directory& parent, const std::string& name, const archive::TarEntry& entry,
                  archive::TarReader& reader);
  void write_directory(Directory& parent, const std::string& name, const archive::TarEntry& entry);
  void write_symlink(Directory& parent, const std::string& name, const archive::TarEntry& entry);
  void write_hard_link(Directory& parent, const std::string& name, const archive::TarEntry& entry);
  void write_special(Directory& parent, const std::string& name, const archive::TarEntry& entry);
  void write_whiteout(Directory& parent, const std::string& name);
  void mark_opaque(Directory& directory);

  /// The directory a clean path leads to, in the root, through the layer's own symlinks; what is missing is made.
  Directory& resolve(const std::string& path);
  Directory& resolve_slowly(const std::string& path);
  /// The directory `name` of `parent`, made if it is missing; nullptr if there is a symlink, whose target is in
  /// `target`.
  Directory* enter(Directory& parent, const std::string& name, std::string& target);
  Directory& make_implied(Directory& parent, const std::string& name);
  /// Puts an empty file of its own inode where a lower layer's file must be; it stands for that until the end.
  void borrow(Directory& parent, const std::string& name, const std::string& link);
  std::unique_ptr<DirectoryMetadata> metadata_of(const archive::TarEntry& entry);
  /// Counts what is kept in memory until the end. Throws resource_exhausted beyond what any honest layer needs: a few
  /// compressed bytes can ask for gigabytes.
  void note(std::size_t bytes);
  void add_borrowed_name(ino_t inode, const std::string& path);
  bool is_borrowed(const struct stat& status) const;
  /// Forgets what is noted of a name and what was beneath it.
  void forget(const std::string& path);
  /// Takes away what has the name, so that it can be made anew.
  void clear(Directory& parent, const std::string& name);
  void set_node_metadata(Directory& parent, const std::string& name, const archive::TarEntry& entry);
  void finish_directory(Directory& directory);
  void count(std::int64_t size) {
    layer_.size_bytes += size;
    ++layer_.inodes;
  }

  DirectoryTree tree_;
  int root_;
  StagedLayer layer_;
  struct Placeholder {
    std::size_t index = 0;  // in layer_.borrowed
    std::size_t names = 0;
  };
  std::unordered_map<ino_t, Placeholder> borrowed_;  // those that have a name: an inode without one is used again
  std::map<std::string, ino_t> borrowed_names_;
  std::set<std::string> whiteouts_;
  std::size_t noted_bytes_ = 0;
  std::string last_path_;  // most entries have the parent of the one before
  Directory* last_directory_ = nullptr;
};

}  // namespace ctrbox::core::diff
