// Showing how a long operation goes, on stderr: live bars on a terminal, a line a finished thing in a log, or nothing.
// Thread: update() from any; the rest from the owner. The bars are drawn by a thread of the display's own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <ostream>
#include <string>

#include "core/base/progress.h"

namespace ctrbox::commands {

enum class ProgressMode { tty, plain, none };

/// The mode for --progress=auto|tty|plain|none. auto: tty if stderr is a terminal that can move its cursor.
/// Throws invalid_argument.
ProgressMode choose_progress_mode(const std::string& wanted);

class ProgressDisplay : public core::ProgressSink {
 public:
  /// The last screen and the elapsed line. Called once, when the operation has succeeded; an object that goes without
  /// it leaves the last screen and stops.
  virtual void finish() = 0;
};

std::unique_ptr<ProgressDisplay> make_progress_display(ProgressMode mode, std::ostream& err);

}  // namespace ctrbox::commands
