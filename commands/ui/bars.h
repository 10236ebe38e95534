// The progress screen as text: pure, from items to lines. ui/progress draws it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/base/progress.h"

namespace ctrbox::commands {

struct Frame {
  std::size_t columns = 80;  // lines are cut to fewer than this
  std::size_t rows = 24;     // at most rows - 1 lines: finished items give way first
  bool colour = true;
};

/// One line an item (key, status, a bar of 40 columns, bytes while downloading), then the elapsed line. No line ends in
/// a newline; escape sequences are colours alone.
std::vector<std::string> render_bars(const std::vector<core::ProgressItem>& items, double elapsed_seconds, Frame frame);

/// "elapsed: 0.9 s total: 0.0 B (0.0 B/s)".
std::string elapsed_line(const std::vector<core::ProgressItem>& items, double elapsed_seconds);

}  // namespace ctrbox::commands
