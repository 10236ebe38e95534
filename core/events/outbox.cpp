#include "core/events/outbox.h"

#include "core/base/clock.h"
#include "core/events/doorbell.h"
#include "core/events/retention.h"

namespace ctrbox::core::events {

std::int64_t append(state::Transaction& tx, const Event& event) {
  const std::int64_t sequence =
      tx.insert("INSERT INTO events(timestamp, namespace, topic, type_url, payload) VALUES(?, ?, ?, ?, ?)",
                event.timestamp, event.ns, event.topic, event.type_url, state::as_blob(event.value));
  tx.after_commit([](state::Database& database) { ring(database); });
  // Whoever writes this many-th event also takes a few old ones away: no daemon is needed for it.
  if (sequence % kEventsPerTrim == 0) tx.after_commit([](state::Database& database) { trim(database); });
  return sequence;
}

void append(state::Transaction& tx, const std::string& ns, const Payload& payload) {
  append(tx, Event{.sequence = 0,
                   .timestamp = now_ns(),
                   .ns = ns,
                   .topic = payload.topic,
                   .type_url = payload.type_url,
                   .value = payload.value});
}

}  // namespace ctrbox::core::events
