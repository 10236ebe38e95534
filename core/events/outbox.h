// The outbox: an event is a row written in the transaction of the change it tells of. Nobody "sends" an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/events/types.h"
#include "state/transaction.h"

namespace ctrbox::core::events {

/// A typeurl Any: "types.containerd.io/<message>" and the encoded message.
struct Payload {
  std::string topic;
  std::string type_url;
  std::string value;
};

/// Topic, type and wire form of each event (protobuf, containerd's field numbers).
Payload encode(const NamespaceCreate& event);
Payload encode(const NamespaceUpdate& event);
Payload encode(const NamespaceDelete& event);
Payload encode(const ImageCreate& event);
Payload encode(const ImageUpdate& event);
Payload encode(const ImageDelete& event);
Payload encode(const ContentCreate& event);
Payload encode(const ContentDelete& event);
Payload encode(const SnapshotPrepare& event);
Payload encode(const SnapshotCommit& event);
Payload encode(const SnapshotRemove& event);
Payload encode(const ContainerCreate& event);
Payload encode(const ContainerUpdate& event);
Payload encode(const ContainerDelete& event);
Payload encode(const TaskCreate& event);
Payload encode(const TaskStart& event);
Payload encode(const TaskExit& event);
Payload encode(const TaskDelete& event);
Payload encode(const TaskPaused& event);
Payload encode(const TaskResumed& event);

/// Appends a row to the outbox of `tx`.
void append(state::Transaction& tx, const std::string& ns, const Payload& payload);

template <typename Event>
void append(state::Transaction& tx, const std::string& ns, const Event& event) {
  append(tx, ns, encode(event));
}

}  // namespace ctrbox::core::events
