// What differs between snapshotters: which files a new snapshot begins with, and the mounts that show it. Private to
// this room.
//
// overlayfs: every snapshot holds its own layer; mounts stack it on its parents. native: every snapshot holds a whole
// tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/archive/byte_source.h"
#include "core/snapshots/rows.h"
#include "core/sys/mount.h"

namespace ctrbox::core::snapshots {

class Driver {
 public:
  virtual ~Driver() = default;
  /// Fills the new directory `staging` for a snapshot on `parents` (top first), which lie beneath `area`.
  virtual void fill(Kind kind, int area, int staging, const std::vector<rows::Layer>& parents) const = 0;
  /// As fill() of an active snapshot, which begins with the changes of a layer. Throws not_implemented,
  /// invalid_argument.
  virtual void fill_changed(int area, int staging, const std::vector<rows::Layer>& parents,
                            ByteSource& plain_tar) const = 0;
  /// `area` is the path of the snapshotter's directory.
  virtual std::vector<Mount> mounts(Kind kind, const std::string& area, std::int64_t directory,
                                    const std::vector<rows::Layer>& parents) const = 0;
  /// The roots whose merged view is what a snapshot shows, top first, as paths beneath the area.
  virtual std::vector<std::string> shown(Kind kind, std::int64_t directory,
                                         const std::vector<rows::Layer>& parents) const = 0;
  /// True if a layer's directory holds only what the layer changes.
  virtual bool stacks_layers() const noexcept = 0;
};

/// Throws not_found for a name that is not known.
const Driver& driver_for(std::string_view snapshotter);

const Driver& overlay_driver();
const Driver& native_driver();

}  // namespace ctrbox::core::snapshots
