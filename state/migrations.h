// The schema's versions, in order. Each is applied once, in one transaction; PRAGMA user_version holds the last.
// A migration is never edited after its release: add the next one, with a fixture and a test (docs/design.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

struct sqlite3;

namespace ctrbox::state {

/// The version this program writes.
std::int64_t schema_version() noexcept;

/// Brings the open database up to schema_version(), and into WAL mode. Safe when many processes start at once. Costs
/// one read when there is nothing to do. Throws std::system_error if the file is no database, std::runtime_error if it
/// is newer than this program; neither changes anything.
void migrate(sqlite3* connection);

}  // namespace ctrbox::state
