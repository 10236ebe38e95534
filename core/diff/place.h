// A name in a staged layer, reached by path: the directory that holds it, by descriptor, and the last component. A path
// that leads through a symlink is no place, whatever an earlier entry of the layer had there. Private to this room.
// Thread: any. The root's descriptor is borrowed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core::diff {

class Place {
 public:
  /// `path` is clean; "" is the root itself. std::nullopt unless all its parents are real directories.
  static std::optional<Place> find(int root, const std::string& path);
  /// Throws invalid_argument where find() finds nothing.
  static Place get(int root, const std::string& path);

  int parent() const noexcept { return parent_; }
  const std::string& name() const noexcept { return name_; }
  /// Of what has the name; a symlink is not followed.
  std::optional<struct stat> status() const;

 private:
  Place(Fd held, int parent, std::string name) : held_(std::move(held)), parent_(parent), name_(std::move(name)) {}

  Fd held_;  // empty when the parent is the root
  int parent_;
  std::string name_;
};

/// As Place::find() and status().
std::optional<struct stat> find_place_status(int root, const std::string& path);

}  // namespace ctrbox::core::diff
