#include "runtime/task/stop_signal.h"

#include "core/base/error.h"
#include "core/sys/signals.h"

namespace ctrbox::runtime {

std::optional<int> stop_signal_of(const core::containers::Container& container) {
  const auto label = container.labels.find(core::containers::kStopSignalLabel);
  if (label == container.labels.end()) return std::nullopt;
  try {
    return core::parse_signal(label->second);
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

}  // namespace ctrbox::runtime
