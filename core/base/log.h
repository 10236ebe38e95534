// Debug and warning lines on stderr, in the form `time=… level=… msg="…"`. Floors below commands log at debug level
// only; what a user must know is thrown. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ctrbox::core::log {

enum class Level { debug, info, warning, error };

/// Lines below `level` are dropped; the default is warning. Set once, before threads start.
void set_level(Level level) noexcept;
bool enabled(Level level) noexcept;

/// Control characters in `message` are escaped. The caller must not pass a secret.
void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

}  // namespace ctrbox::core::log
