#include "runtime/task/status.h"

namespace ctrbox::runtime {

const char* to_string(TaskStatus status) noexcept {
  switch (status) {
    case TaskStatus::unknown: return "UNKNOWN";
    case TaskStatus::created: return "CREATED";
    case TaskStatus::running: return "RUNNING";
    case TaskStatus::stopped: return "STOPPED";
    case TaskStatus::paused: return "PAUSED";
  }
  return "UNKNOWN";
}

}  // namespace ctrbox::runtime
