// One event, whoever made it: what containerd calls an envelope, and its place in the log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace ctrbox::core::events {

/// The largest value of an event; containerd's clients take messages of 4 MiB and more.
inline constexpr std::size_t kMaxValueBytes = 1 << 20;
inline constexpr std::size_t kMaxTopicBytes = 1024;
inline constexpr std::size_t kMaxTypeUrlBytes = 1024;

struct Event {
  std::int64_t sequence = 0;  // 0: not written yet
  UnixNanos timestamp = 0;
  std::string ns;
  std::string topic;
  std::string type_url;  // of a typeurl Any: "containerd.events.TaskExit", or a URL that ends in the type
  std::string value;     // protobuf for messages, JSON for types of the OCI
  bool operator==(const Event&) const = default;
};

/// Throws invalid_argument with containerd's words: a topic is "/" and identifiers joined by "/".
void check_topic(std::string_view topic);
/// What must be true of an event that comes from outside: topic, type and size (resource_exhausted). The namespace is
/// its caller's to check, since its faults are told differently.
void check_event(const Event& event);

}  // namespace ctrbox::core::events
