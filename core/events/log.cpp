#include "core/events/log.h"

namespace ctrbox::core::events {
namespace {

Event read_event(const state::Statement& row) {
  Event event;
  event.sequence = row.integer(0);
  event.timestamp = row.integer(1);
  event.ns = row.text(2);
  event.topic = row.text(3);
  event.type_url = row.text(4);
  event.value = row.blob(5);
  return event;
}

std::size_t size_of(const Event& event) noexcept {
  return event.ns.size() + event.topic.size() + event.type_url.size() + event.value.size();
}

}  // namespace

std::int64_t last_sequence(state::Database& database) {
  // Not max(sequence): all may have been trimmed.
  state::Statement row = database.query("SELECT seq FROM sqlite_sequence WHERE name = 'events'");
  return row.step() ? row.integer(0) : 0;
}

std::optional<std::int64_t> first_since(state::Database& database, UnixNanos time) {
  state::Statement row = database.query("SELECT min(sequence) FROM events WHERE timestamp >= ?", time);
  return row.step() ? row.optional_integer(0) : std::nullopt;
}

std::string to_string(const Gap& gap) {
  const bool one = gap.first == gap.last;
  return (one ? "event " : "events ") + std::to_string(gap.first) + (one ? "" : " to " + std::to_string(gap.last)) +
         (one ? " is gone: retention removed it before it was read"
              : " are gone: retention removed them before they were read");
}

std::vector<Event> read_recent(state::Database& database, const std::string& ns, const std::string& topic) {
  std::vector<Event> events;
  state::Statement row = database.query(
      "SELECT sequence, timestamp, namespace, topic, type_url, payload FROM events "
      "WHERE sequence > ? AND namespace = ? AND topic = ? ORDER BY sequence DESC",
      last_sequence(database) - kRecentEvents, ns, topic);
  while (row.step()) events.push_back(read_event(row));
  return events;
}

Batch read_after(state::Database& database, std::int64_t sequence) {
  Batch batch;
  std::size_t bytes = 0;
  state::Statement row = database.query(
      "SELECT sequence, timestamp, namespace, topic, type_url, payload FROM events WHERE sequence > ? "
      "ORDER BY sequence LIMIT ?",
      sequence, static_cast<std::int64_t>(kBatchEvents));
  while (bytes < kBatchBytes && row.step()) {
    batch.events.push_back(read_event(row));
    bytes += size_of(batch.events.back());
  }
  batch.may_go_on = bytes >= kBatchBytes || batch.events.size() == kBatchEvents;
  if (!batch.events.empty() && batch.events.front().sequence > sequence + 1)
    batch.gap = Gap{sequence + 1, batch.events.front().sequence - 1};
  return batch;
}

}  // namespace ctrbox::core::events
