// Making a container from a checkpoint, up to the point where its task can be created: record, snapshot with the
// changes, criu's image unpacked.
//
// A checkpoint is as powerful as root: criu puts back whatever memory it holds, and its spec says what the container
// may do. What a spec asks of the host itself (hooks, criu's configuration) is refused all the same. Names in it are
// hints: the image is found by its digest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "core/labels/labels.h"
#include "runtime/checkpoint/scratch.h"
#include "runtime/container/container.h"
#include "state/database.h"

namespace ctrbox::runtime {

struct RestoreRequest {
  std::string ns;
  std::string id;
  std::string checkpoint;  // digest of its index, or the name of its image
  std::string snapshotter = std::string(core::snapshots::kDefaultSnapshotter);
  core::Labels labels;
  state::Durability durability = state::Durability::full;
};

struct RestoredContainer {
  NewContainer container;
  bool terminal = false;
  Scratch image;  // criu's; it must live until the task was started
};

/// Throws not_found, failed_precondition (incomplete), invalid_argument (no checkpoint, or one that asks for what is
/// refused), not_implemented (changes, and a snapshotter that cannot take them), already_exists; then nothing was made.
RestoredContainer restore_container(state::Database& database, const core::Paths& paths, const RestoreRequest& request);

/// The spec of a checkpoint for a container of another name: control group, host name if it was made from the old name,
/// root. Throws invalid_argument for one that asks for hooks or is no spec. Pure.
std::string adapt_spec(const std::string& spec, const std::string& ns, const std::string& id);

}  // namespace ctrbox::runtime
