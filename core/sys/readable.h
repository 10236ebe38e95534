// Waiting for descriptors as long as the user wants to wait: SIGINT, SIGTERM and --timeout end it
// (core/sys/interrupt.h). Thread: the main one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <span>

namespace ctrbox::core {

using Deadline = std::chrono::steady_clock::time_point;

/// Waits until one of `fds` is readable (-1 stands for none). Returns false at the deadline. Throws canceled when the
/// user asks to stop, even if that was a moment before.
bool wait_readable(std::span<const int> fds, std::optional<Deadline> deadline);

}  // namespace ctrbox::core
