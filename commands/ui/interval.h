// The time between two looks of a command that goes on until it is interrupted. Thread: the main one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace ctrbox::commands {

enum class IntervalEnd { over, interrupted, reader_gone };

/// Waits. SIGINT, SIGTERM, the end of --timeout and of stdout's reader end it early.
IntervalEnd wait_interval(std::chrono::milliseconds interval);

/// 128 + the signal that interrupted. Throws canceled when it was --timeout.
int interrupted_status();

}  // namespace ctrbox::commands
