#include "runtime/task/answers.h"

namespace ctrbox::runtime {

ProcessInfo to_process_info(const ctrbox::wire::StateResponse& response) {
  ProcessInfo info;
  info.pid = response.pid();
  info.status = static_cast<TaskStatus>(response.status());
  info.stdin_path = response.stdin();
  info.stdout_path = response.stdout();
  info.stderr_path = response.stderr();
  info.terminal = response.terminal();
  if (response.status() == ctrbox::wire::STOPPED) {
    const ExitStatus exit = to_exit_status(response);
    info.exit_status = exit.status;
    info.exited_at = exit.exited_at;
  }
  return info;
}

}  // namespace ctrbox::runtime
