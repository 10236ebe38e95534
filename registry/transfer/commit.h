// The end of a pull: files to their places, then one durable transaction with everything a user can see.
// Ensures after crash: all of it or nothing; files without rows are swept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>

#include "registry/transfer/plan.h"

namespace ctrbox::registry::transfer {

/// A blob that was there when the plan was made has gone: the pull starts over.
class PlanOutdated : public std::exception {};

/// Requires: every blob that was not present is in its ingest, verified and synced. Throws core::Error, PlanOutdated.
void place_files(Plan& plan, const core::Paths& paths);
void record(state::Database& database, const core::Paths& paths, Plan& plan, const ImageTree& tree,
            const PullRequest& request);

}  // namespace ctrbox::registry::transfer
