// "Stop": SIGINT and SIGTERM ask once and kill the second time; --timeout asks too. One per process. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

namespace ctrbox::core {

/// Installs the handlers of SIGINT and SIGTERM, and ignores SIGPIPE: a closed pipe is an error of the write.
void catch_interrupts() noexcept;

/// From now on cancelled() becomes true after this time. 0 is no limit.
void limit_time(double seconds) noexcept;

/// What is left of the time of limit_time(); std::nullopt without a limit.
std::optional<std::chrono::milliseconds> time_left() noexcept;

/// True once the user has asked to stop or the time is over.
bool cancelled() noexcept;

/// The signal that asked to stop, or 0.
int interrupting_signal() noexcept;

/// True if the time of limit_time() is over.
bool out_of_time() noexcept;

}  // namespace ctrbox::core
