#include "runtime/task/ending.h"

#include <csignal>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

/// Does what may be too late: the task has ended meanwhile.
template <typename Action>
void unless_ended(Action action) {
  try {
    action();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;
  }
}

}  // namespace

std::optional<ExitStatus> wait_until(Process& process, std::optional<core::Deadline> deadline) {
  while (true) {
    const int shim = process.begin_wait();
    if (shim >= 0 && !process.has_exit() && !core::wait_readable(std::span(&shim, 1), deadline)) return std::nullopt;
    if (const auto exit = process.try_wait()) return exit;
  }
}

void ask_to_end(Task& task, int signal) {
  unless_ended([&] {
    task.kill(static_cast<std::uint32_t>(signal));
    if (task.info().status == TaskStatus::paused) task.resume();
  });
}

ExitStatus end_by(Task& task, core::Deadline deadline) {
  if (const auto exit = wait_until(task, deadline)) return *exit;
  unless_ended([&] { task.kill_all(SIGKILL); });
  return wait_until(task, std::nullopt).value();
}

}  // namespace ctrbox::runtime
