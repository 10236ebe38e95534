// One task of a namespace by its container's id.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "runtime/task/task.h"

namespace ctrbox::runtime {

/// As list_tasks tells it; std::nullopt if the container has no task.
std::optional<TaskInfo> find_task_info(state::Database& database, const core::Paths& paths, const std::string& ns,
                                       const std::string& id);

}  // namespace ctrbox::runtime
