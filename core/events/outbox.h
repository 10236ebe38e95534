// The outbox: an event is a row written in the transaction of the change it tells of. Nobody "sends" an event.
//
// Once the transaction is committed the doorbell is rung (doorbell.h), so that whoever follows the log looks at it; a
// writer that is killed before it could ring is noticed all the same.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/events/event.h"
#include "core/events/types.h"
#include "state/transaction.h"

namespace ctrbox::core::events {

/// Topic and typeurl Any of one of our own events: the message's full name, as containerd 1.x and 2.x both have it, and
/// the encoded message.
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
Payload encode(const ContentUpdate& event);
Payload encode(const ContentDelete& event);
Payload encode(const SnapshotPrepare& event);
Payload encode(const SnapshotView& event);
Payload encode(const SnapshotCommit& event);
Payload encode(const SnapshotRemove& event);
Payload encode(const ContainerCreate& event);
Payload encode(const ContainerUpdate& event);
Payload encode(const ContainerDelete& event);
Payload encode(const TaskCreate& event);
Payload encode(const TaskStart& event);
Payload encode(const TaskExit& event);
Payload encode(const TaskDelete& event);
Payload encode(const TaskOom& event);
Payload encode(const TaskExecAdded& event);
Payload encode(const TaskExecStarted& event);
Payload encode(const TaskPaused& event);
Payload encode(const TaskResumed& event);
Payload encode(const TaskCheckpointed& event);

/// Appends an event as it is and returns its sequence. Requires: check_event() and the namespace's rule hold.
std::int64_t append(state::Transaction& tx, const Event& event);

/// Appends one of ours, made now.
void append(state::Transaction& tx, const std::string& ns, const Payload& payload);

template <typename OurEvent>
void append(state::Transaction& tx, const std::string& ns, const OurEvent& event) {
  append(tx, ns, encode(event));
}

}  // namespace ctrbox::core::events
