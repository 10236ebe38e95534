// What a task or process is doing, in containerd's numbers and words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::runtime {

enum class TaskStatus { unknown = 0, created = 1, running = 2, stopped = 3, paused = 4 };
/// "UNKNOWN", "CREATED", "RUNNING", "STOPPED", "PAUSED".
const char* to_string(TaskStatus status) noexcept;

}  // namespace ctrbox::runtime
