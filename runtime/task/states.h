// The life of a task as one table: which call or happening is legal in which state, and where it leads.
// docs/formats/shim-protocol.md shows the same table; a test compares the two.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace ctrbox::runtime {

enum class TaskState { absent, created, running, paused, stopped, removed };
enum class TaskMove { create, start, pause, resume, checkpoint, kill, exit, remove };

struct LegalMove {
  TaskState from;
  TaskMove move;
  TaskState to;
};

// A failing create or start leads to `exit` or `remove` of what there is; that is why created may be removed.
inline constexpr LegalMove kLegalMoves[] = {
    {TaskState::absent, TaskMove::create, TaskState::created},
    {TaskState::created, TaskMove::start, TaskState::running},
    {TaskState::created, TaskMove::kill, TaskState::created},
    {TaskState::created, TaskMove::exit, TaskState::stopped},
    {TaskState::created, TaskMove::remove, TaskState::removed},
    {TaskState::running, TaskMove::pause, TaskState::paused},
    {TaskState::running, TaskMove::checkpoint, TaskState::running},
    {TaskState::running, TaskMove::kill, TaskState::running},
    {TaskState::running, TaskMove::exit, TaskState::stopped},
    {TaskState::paused, TaskMove::resume, TaskState::running},
    {TaskState::paused, TaskMove::checkpoint, TaskState::paused},
    {TaskState::paused, TaskMove::kill, TaskState::paused},
    {TaskState::paused, TaskMove::exit, TaskState::stopped},
    {TaskState::stopped, TaskMove::remove, TaskState::removed},
};

const char* to_string(TaskState state) noexcept;
const char* to_string(TaskMove move) noexcept;

bool is_legal(TaskState state, TaskMove move) noexcept;
/// Where the move leads. Throws failed_precondition `cannot <move> a task that is <state>`; not_found
/// `process already finished` for a kill after the exit, as containerd says it.
TaskState next_state(TaskState state, TaskMove move);

}  // namespace ctrbox::runtime
