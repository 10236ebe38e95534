// What is done when a shim has died before its time, or the host was started anew: the exit is recorded once, by
// whoever sees it first, and nothing of the task stays behind.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/task/record.h"

namespace ctrbox::runtime {

/// True if the shim of this record lives: same boot, and its bundle is locked.
bool has_living_shim(const TaskRecord& record);

/// If the record tells of a task that has nobody to look after it: ends what is left of it, records status 137 with its
/// event (or gives the claim back), removes its bundle. Returns the record as it is then; std::nullopt if it is gone.
std::optional<TaskRecord> settle_task(state::Database& database, const core::Paths& paths, const std::string& ns,
                                      const TaskRecord& record);

}  // namespace ctrbox::runtime
