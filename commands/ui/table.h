// Tables as containerd prints them: columns padded with spaces, the last one not padded, cells made harmless for a
// terminal. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::commands {

/// Columns that `text` takes on a terminal: code points, not bytes.
std::size_t display_width(std::string_view text) noexcept;

class Table {
 public:
  struct Layout {
    std::size_t padding = 1;
    std::size_t min_width = 0;  // of a column, padding included
  };

  explicit Table(std::vector<std::string> headers);
  Table(std::vector<std::string> headers, Layout layout);

  /// Requires: as many cells as headers. Cells are escaped.
  void add_row(std::vector<std::string> cells);
  void print(std::ostream& out) const;

 private:
  Layout layout_;
  std::vector<std::vector<std::string>> rows_;  // the headers first
  std::vector<std::size_t> widths_;
};

}  // namespace ctrbox::commands
