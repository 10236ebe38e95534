// The end of processes, waited for as long as the user wants to, and brought about with some patience.
// Thread: the main one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/sys/readable.h"
#include "runtime/task/task.h"

namespace ctrbox::runtime {

/// As Process::wait, but std::nullopt if it goes on after the deadline. Throws canceled when the user asks to stop.
std::optional<ExitStatus> wait_until(Process& process, std::optional<core::Deadline> deadline);

/// Signals the first process of a task, so that it may end in peace; one that is paused is resumed, or it would not
/// hear. Nothing happens to one that has ended.
void ask_to_end(Task& task, int signal);
/// Waits until the deadline for the end of the first process and kills them all then. Returns how it has ended.
ExitStatus end_by(Task& task, core::Deadline deadline);

}  // namespace ctrbox::runtime
