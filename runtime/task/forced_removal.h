// Removing a task whether it runs or not. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "runtime/task/task.h"
#include "state/database.h"

namespace ctrbox::runtime {

/// Kills every process of the task, also of one that is paused, and waits for its end. One that has ended by itself is
/// no error.
void end_task(Task& task);

/// end_task(), then removes the task. One of `run --rm` takes its container along: its shim removes both. Throws
/// not_found `no running task found: …`.
void remove_task_by_force(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& id);

}  // namespace ctrbox::runtime
