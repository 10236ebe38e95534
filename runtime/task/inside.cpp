#include "runtime/task/inside.h"

#include <algorithm>
#include <set>

#include "core/base/error.h"
#include "core/sys/pidfd.h"

namespace ctrbox::runtime {
namespace {

std::set<pid_t> pids_of(Task& task) {
  std::set<pid_t> pids;
  for (const std::uint32_t pid : task.processes()) pids.insert(static_cast<pid_t>(pid));
  return pids;
}

}  // namespace

std::vector<core::ProcessDetails> list_inside(Task& task) {
  std::vector<core::ProcessDetails> result;
  for (const pid_t pid : pids_of(task))
    if (auto details = core::find_process_details(pid)) result.push_back(std::move(*details));
  // A pid that was given to somebody else between the two looks is no longer the container's.
  const std::set<pid_t> still = pids_of(task);
  std::erase_if(result, [&](const core::ProcessDetails& process) { return still.count(process.identity.pid) == 0; });
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
