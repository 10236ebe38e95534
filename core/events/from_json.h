// A payload that somebody typed: JSON for the message that belongs to the topic, or for any other topic as it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/events/event.h"

namespace ctrbox::core::events {

/// Type url and value of `event` from `json`, by its topic. The JSON of a topic of containerd must be its message's
/// (its fields by name, times as RFC 3339); that of any other topic is an object, kept as google.protobuf.Struct.
/// Throws invalid_argument, saying what is wrong with it.
void set_payload_from_json(Event& event, const std::string& json);

/// One line as `ctr events --format json` prints it, made an event again; its sequence is not kept. Throws
/// invalid_argument.
Event parse_event(const std::string& line);

}  // namespace ctrbox::core::events
