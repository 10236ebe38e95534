// One event as one line: for people as containerd's ctr prints it, or as a JSON object for programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/events/event.h"

namespace ctrbox::commands {

enum class LineFormat { text, json };

/// Throws invalid_argument for anything but "text" and "json".
LineFormat parse_line_format(const std::string& text);

/// text: "2017-07-28 22:19:51.78944874 +0000 UTC bb /tasks/start {…}"; json: an object with sequence, timestamp,
/// namespace, topic, type and event. Without the end of the line.
std::string format_line(const core::events::Event& event, LineFormat format);

}  // namespace ctrbox::commands
