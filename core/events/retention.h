// How long events are kept. Old ones are taken away a few at a time, by whoever happens to write: no daemon is needed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/clock.h"
#include "state/transaction.h"

namespace ctrbox::core::events {

/// A trim follows every so many events, in a transaction of its own.
inline constexpr std::int64_t kEventsPerTrim = 256;
/// And takes away at most so many: more than came since the last, so that it catches up, and few enough to be short.
inline constexpr std::int64_t kTrimmedAtOnce = 1024;

/// Settings of the host. 0: no limit.
struct Retention {
  UnixNanos max_age = UnixNanos{14} * 24 * 3600 * 1'000'000'000;
  std::int64_t max_count = 1'000'000;
  bool operator==(const Retention&) const = default;
};

Retention get_retention(state::Database& database);
/// Throws invalid_argument for a negative limit.
void put_retention(state::Transaction& tx, const Retention& retention);

/// Removes the oldest events beyond the limits, kTrimmedAtOnce at most, never one that follows a kept one. Returns how
/// many. Costs one read when there is nothing to do.
std::int64_t trim(state::Database& database);
/// trim() until nothing is beyond the limits.
std::int64_t trim_all(state::Database& database);

}  // namespace ctrbox::core::events
