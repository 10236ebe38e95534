// Making a container from an image, a directory or a whole config.json, and removing one: record, snapshot and their
// events together.
//
// Ensures after crash: record and snapshot row are both there or neither; a directory without its row is swept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/paths.h"
#include "core/containers/containers.h"
#include "core/labels/labels.h"
#include "core/snapshots/snapshots.h"
#include "core/sys/mount.h"
#include "runtime/spec/builder.h"
#include "state/database.h"

namespace ctrbox::runtime {

struct ContainerRequest {
  SpecOptions spec;   // with namespace and id; its rootfs is set here
  std::string image;  // or, with from_directory, the path of the root
  bool from_directory = false;
  /// A whole runtime spec (complete_config): nothing of `spec` but namespace and id counts then, nor does `image`.
  std::string config;
  std::string runtime_binary;  // as in the record
  std::string snapshotter = std::string(core::snapshots::kDefaultSnapshotter);
  core::Labels labels;
  state::Durability durability = state::Durability::full;
};

struct NewContainer {
  core::containers::Container record;
  std::vector<core::Mount> rootfs;  // empty with from_directory or a config
};

/// Makes record and snapshot, the latter named as the container. Throws already_exists before any work, not_found
/// (image), invalid_argument; then nothing was made.
NewContainer create_container(state::Database& database, const core::Paths& paths, const ContainerRequest& request);

enum class SnapshotFate { remove, keep };

/// Removes the record and, unless kept, its snapshot: rows in one transaction, then the files. A snapshot that is gone
/// already is no error. Throws not_found; failed_precondition while there is a task.
void remove_container(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id,
                      SnapshotFate fate);

}  // namespace ctrbox::runtime
