// What the log of events still tells of processes whose record is gone, or that never had one (execs). Only events that
// are not long past are looked at (core/events/log.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "runtime/task/process.h"
#include "runtime/task/task_name.h"
#include "state/transaction.h"

namespace ctrbox::runtime {

/// What the last exit event of a process of this task says. `process` is an exec id, or the container's for the first
/// process.
std::optional<ExitStatus> find_told_exit(state::Database& database, const std::string& ns, const std::string& id,
                                         const std::string& process);

/// /tasks/exit of each exec of the task that was told to have started and not to have ended: for those who record the
/// loss of its shim.
void record_lost_execs(state::Transaction& tx, const TaskName& name, const ExitStatus& exit);

}  // namespace ctrbox::runtime
