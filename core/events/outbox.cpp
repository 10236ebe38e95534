#include "core/events/outbox.h"

#include "core/base/clock.h"

namespace ctrbox::core::events {

void append(state::Transaction& tx, const std::string& ns, const Payload& payload) {
  tx.execute("INSERT INTO events(timestamp, namespace, topic, type_url, payload) VALUES(?, ?, ?, ?, ?)", now_ns(), ns,
             payload.topic, payload.type_url, state::as_blob(payload.value));
}

}  // namespace ctrbox::core::events
