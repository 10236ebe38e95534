// The processes inside a container, by their pids on the host. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/sys/process_details.h"
#include "runtime/task/task.h"

namespace ctrbox::runtime {

struct ListedProcess {
  core::ProcessDetails details;
  std::string exec_id;  // "" unless it was started by that exec
};

/// What runs in the container, in the order of pids; who ends or begins meanwhile may be missing.
std::vector<ListedProcess> list_inside(Task& task);

/// Signals exactly this process. Throws not_found if it is none of the container's, or has ended.
void kill_inside(Task& task, pid_t pid, int signal);

}  // namespace ctrbox::runtime
