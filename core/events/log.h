// Reading the log of events. It is read a batch at a time, from the table, so that a slow reader costs nothing; nothing
// is held between two batches, so that it holds up nobody either.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/events/event.h"
#include "state/database.h"

namespace ctrbox::core::events {

/// At most this many events, and about this many bytes, are in memory for one reader.
inline constexpr std::size_t kBatchEvents = 256;
inline constexpr std::size_t kBatchBytes = 256 * 1024;

/// The sequence of the last event ever written; 0 before the first.
std::int64_t last_sequence(state::Database& database);

/// The first event whose timestamp is not before `time`, by sequence; std::nullopt if there is none. Reads the whole
/// log: forwarded events and clocks that jump leave timestamps in no order.
std::optional<std::int64_t> first_since(state::Database& database, UnixNanos time);

/// Events that retention removed before a reader came to them.
struct Gap {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
/// "events 3 to 17 are gone: retention removed them before they were read".
std::string to_string(const Gap& gap);

struct Batch {
  std::optional<Gap> gap;  // before the first of `events`
  std::vector<Event> events;
  bool may_go_on = false;  // false: there was nothing behind the last of them
};

/// The events of one topic and namespace among the last kRecentEvents, the latest first.
std::vector<Event> read_recent(state::Database& database, const std::string& ns, const std::string& topic);
inline constexpr std::int64_t kRecentEvents = 10'000;

/// What follows `sequence`, in order; at least one event unless there is none.
Batch read_after(state::Database& database, std::int64_t sequence);

}  // namespace ctrbox::core::events
