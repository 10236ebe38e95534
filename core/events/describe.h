// What an event says, as JSON for people and as fields for filters. Messages are taken apart by their own descriptors,
// so that a new one in events.proto needs nothing here. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/events/event.h"

namespace ctrbox::core::events {

/// Which fields stand in the JSON. `containerd`: those of containerd's messages, empty ones left out, as its ctr prints
/// them. `all`: ours too.
enum class Fields { containerd, all };

/// The payload as one line of JSON, harmless for a terminal. A type that is not known here, or bytes that are not what
/// their type says, become {"type_url":…,"value":base64}.
std::string to_json(const Event& event, Fields fields);
/// The same as a value.
nlohmann::ordered_json describe(const Event& event, Fields fields);

/// The fields of one event for filters: sequence, namespace, topic, type and event.<path>, where labels' keys may hold
/// dots. Numbers and truth values are always there, "" is no field. The payload is decoded once, when first asked for.
class EventFields {
 public:
  /// `event` must live as long as this.
  explicit EventFields(const Event& event);
  ~EventFields();
  EventFields(const EventFields&) = delete;
  EventFields& operator=(const EventFields&) = delete;

  std::optional<std::string> find(const std::vector<std::string>& path);

 private:
  const Event& event_;
  std::unique_ptr<nlohmann::ordered_json> payload_;
};

}  // namespace ctrbox::core::events
