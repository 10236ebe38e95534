// Making a checkpoint of a running container: its memory, its spec, its image and what it changed of it, as content of
// the namespace and an image record of its own.
//
// The container is paused while memory and changes are taken, so that they belong together, and goes on afterwards in
// every case; one that was paused before stays so. Ensures after crash: content, image and their events are there
// together or not at all; a container whose checkpoint was interrupted may be left paused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "core/oci/descriptor.h"
#include "state/database.h"

namespace ctrbox::runtime {

inline constexpr const char* kCheckpointLabel = "containerd.io/checkpoint";

struct CheckpointRequest {
  std::string ns;
  std::string id;
  std::string image;  // what the checkpoint will be called; "" is containerd.io/checkpoint/<id>:<time>
  bool rw = false;    // with what it changed of its root
  bool exit = false;  // end it once its checkpoint is safe
};

struct Checkpoint {
  std::string image;
  core::Descriptor target;  // the index
};

/// Throws failed_precondition (not running, made without an image, `image` is something else already),
/// not_implemented (rw with a snapshotter that keeps no changes apart), criu's own words; then nothing has changed.
Checkpoint make_checkpoint(state::Database& database, const core::Paths& paths, const CheckpointRequest& request);

}  // namespace ctrbox::runtime
