#include "runtime/task/forced_removal.h"

#include <csignal>

#include "core/base/error.h"

namespace ctrbox::runtime {

namespace {

// Frozen processes do not see the signal before they go on.
void thaw(Task& task) {
  try {
    task.resume();
  } catch (const core::Error&) {
    // It was not paused, or has ended.
  }
}

}  // namespace

void end_task(Task& task) {
  try {
    task.kill_all(SIGKILL);
    thaw(task);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;  // it has ended by itself
  }
  task.wait();
}

void remove_task_by_force(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& id) {
  Task task = Task::open(database, paths, ns, id);
  end_task(task);
  try {
    task.remove();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;  // it went with its end
  }
}

}  // namespace ctrbox::runtime
