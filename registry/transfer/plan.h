// What a pull has to do: which blobs must come, which layers must be unpacked, and the claims on all of them.
//
// A claim is the lock of the blob's ingest. All are taken up front, in the order of their digests, so that two pulls of
// overlapping images never wait for each other in a circle; then the state is read again, since what we waited for may
// have been done by the one we waited for. Claims end with the plan, or with the process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/content/store.h"
#include "core/snapshots/unpack.h"
#include "registry/transfer/image_tree.h"
#include "state/database.h"

namespace ctrbox::registry::transfer {

struct BlobWork {
  core::Descriptor descriptor;
  const std::string* document = nullptr;        // its bytes, when they are in memory
  bool present = false;                         // has a row and a file of the right size
  std::optional<core::content::Ingest> ingest;  // claimed; the bytes go there unless present
  bool fetched = false;                         // all bytes are in the ingest, digest checked
};

/// One pass over one layer's bytes.
struct LayerStep {
  std::size_t blob = 0;               // in Plan::blobs
  std::optional<std::size_t> unpack;  // which layer of the image it becomes
};

struct Plan {
  std::vector<BlobWork> blobs;  // each digest once: documents, then layers
  std::optional<core::snapshots::Unpack> unpack;
  /// Steps of one sequence follow each other; sequences may run at once, the most work first.
  std::vector<std::vector<LayerStep>> sequences;
};

/// `distrusted` blobs are fetched although they seem to be there. `tree` must outlive the plan.
Plan make_plan(state::Database& database, const core::Paths& paths, const PullRequest& request, const ImageTree& tree,
               const std::set<core::Digest>& distrusted, const std::function<bool()>& cancelled);

}  // namespace ctrbox::registry::transfer
