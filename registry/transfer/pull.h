// The pull: from a reference to content, snapshots and an image, in one pass over the bytes.
//
// Resolve; fetch manifest and config (bounded, verified); then all missing layers at once, each read once:
// socket -> sha256 -> ingest file -> inflate -> sha256 -> tar -> staging directory. Then sync, rename, one transaction.
// Nothing is visible before that transaction; a killed pull leaves only what the next one sweeps or goes on with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/config/paths.h"
#include "core/oci/descriptor.h"
#include "core/oci/platform.h"
#include "core/oci/reference.h"
#include "registry/remote/access.h"
#include "state/database.h"

namespace ctrbox::registry {

struct PullRequest {
  core::Reference reference;
  std::string ns;
  std::vector<core::Platform> platforms;  // empty: the host's
  bool all_platforms = false;
  bool unpack = true;  // false: fetch. With several platforms only the host's is unpacked
  std::string snapshotter;
  Access access;
};

struct PullResult {
  core::Descriptor target;
  std::string chain_id;          // of the unpacked image; "" when nothing was unpacked
  std::int64_t bytes_moved = 0;  // from the registry
};

/// Thread: blocks; uses threads of its own; `progress` is called from them. `cancelled` is asked often.
/// Throws core::Error: not_found, unauthenticated, invalid_argument (bad document), data_loss (wrong digest or size), …
PullResult pull(state::Database& database, const core::Paths& paths, const PullRequest& request,
                core::ProgressSink& progress, const std::function<bool()>& cancelled);

}  // namespace ctrbox::registry
