#include "runtime/task/inside.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/sys/pidfd.h"

namespace ctrbox::runtime {
namespace {

/// Exec ids by pid.
std::map<pid_t, std::string> pids_of(Task& task) {
  std::map<pid_t, std::string> pids;
  for (auto& process : task.processes()) pids.emplace(static_cast<pid_t>(process.pid), std::move(process.exec_id));
  return pids;
}

}  // namespace

std::vector<ListedProcess> list_inside(Task& task) {
  std::vector<ListedProcess> result;
  for (const auto& [pid, exec_id] : pids_of(task))
    if (auto details = core::find_process_details(pid)) result.push_back({std::move(*details), exec_id});
  // A pid that was given to somebody else between the two looks is no longer the container's.
  const auto still = pids_of(task);
  std::erase_if(result, [&](const ListedProcess& one) { return still.count(one.details.identity.pid) == 0; });
  return result;
}

void kill_inside(Task& task, pid_t pid, int signal) {
  // The handle first: a process that is held is in the list, or it is not the container's.
  const auto process = core::find_process(pid);
  const auto handle = process ? core::PidFd::open(*process) : std::nullopt;
  if (!handle || pids_of(task).count(pid) == 0)
    throw core::not_found("process " + std::to_string(pid) + " is not one of container " +
                          core::quoted(task.container_id()));
  if (!handle->send_signal(signal)) throw core::not_found("process already finished");
}

}  // namespace ctrbox::runtime
