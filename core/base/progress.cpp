#include "core/base/progress.h"

namespace ctrbox::core {

const char* to_string(ProgressState state) noexcept {
  switch (state) {
    case ProgressState::resolving: return "resolving";
    case ProgressState::resolved: return "resolved";
    case ProgressState::waiting: return "waiting";
    case ProgressState::downloading: return "downloading";
    case ProgressState::verifying: return "verifying";
    case ProgressState::unpacking: return "unpacking";
    case ProgressState::done: return "done";
    case ProgressState::exists: return "exists";
  }
  return "unknown";
}

}  // namespace ctrbox::core
