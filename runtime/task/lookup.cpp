#include "runtime/task/lookup.h"

#include <algorithm>

namespace ctrbox::runtime {

std::optional<TaskInfo> find_task_info(state::Database& database, const core::Paths& paths, const std::string& ns,
                                       const std::string& id) {
  const auto tasks = list_tasks(database, paths, ns);
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const TaskInfo& task) { return task.id == id; });
  if (found == tasks.end()) return std::nullopt;
  return *found;
}

}  // namespace ctrbox::runtime
