#include "commands/ui/table.h"

#include <algorithm>

#include "core/base/escape.h"

namespace ctrbox::commands {

std::size_t display_width(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // not a continuation byte of UTF-8
  }));
}

Table::Table(std::vector<std::string> headers) : Table(std::move(headers), Layout()) {}

Table::Table(std::vector<std::string> headers, Layout layout) : layout_(layout), widths_(headers.size()) {
  add_row(std::move(headers));
}

void Table::add_row(std::vector<std::string> cells) {
  cells.resize(widths_.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i] = core::escape_for_terminal(cells[i]);
    widths_[i] = std::max({widths_[i], display_width(cells[i]) + layout_.padding, layout_.min_width});
  }
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
  std::string line;
  for (const std::vector<std::string>& row : rows_) {
    line.clear();
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths_[i] - display_width(row[i]), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace ctrbox::commands
