#include "commands/ui/bars.h"

#include <algorithm>
#include <cstdio>

#include "commands/ui/human.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"

namespace ctrbox::commands {
namespace {

using core::ProgressItem;
using core::ProgressState;

constexpr std::size_t kBarCells = 38;    // between the two vertical bars
constexpr std::size_t kMinBarCells = 8;  // on a narrow terminal
constexpr std::size_t kMaxCompactKey = 32;
constexpr std::size_t kCompactHex = 12;  // digits of a digest
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kReset = "\x1b[0m";

struct Totals {
  std::string elapsed;
  std::string bytes;
  std::string rate;
};

Totals totals(const std::vector<ProgressItem>& items, double elapsed_seconds) {
  double bytes = 0;
  for (const ProgressItem& item : items) bytes += static_cast<double>(item.offset);
  char elapsed[32];
  std::snprintf(elapsed, sizeof elapsed, "%-4.1fs", elapsed_seconds);
  const double rate = elapsed_seconds > 0 ? bytes / elapsed_seconds : 0;
  return {elapsed, binary_size(bytes), binary_size(rate) + "/s"};
}

bool is_finished(const ProgressItem& item) {
  return item.state == ProgressState::done || item.state == ProgressState::exists;
}

double done_part(const ProgressItem& item) {
  switch (item.state) {
    case ProgressState::resolving:
    case ProgressState::waiting: return 0;
    case ProgressState::downloading:
      if (item.total <= 0) return 0;
      return std::clamp(static_cast<double>(item.offset) / static_cast<double>(item.total), 0.0, 1.0);
    default: return 1;
  }
}

std::string right_aligned(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

/// A cell that is coloured is as wide as its text alone.
struct Cell {
  std::string text;
  std::size_t green = 0;  // so many bytes from the second on
};

/// How much of keys and bars is shown: all of it, or what a narrow terminal has room for.
struct Style {
  bool compact_keys = false;
  std::size_t bar_cells = kBarCells;
};

/// "layer-sha256:f3927d053250", "...library/busybox:latest".
std::string compact_key(const std::string& key) {
  if (key.size() <= kMaxCompactKey) return key;
  constexpr std::string_view kAlgorithm = "sha256:";
  const std::size_t digest = key.rfind(kAlgorithm);
  if (digest != std::string::npos) return key.substr(0, digest + kAlgorithm.size() + kCompactHex);
  return "..." + key.substr(key.size() - kMaxCompactKey + 3);
}

std::vector<Cell> item_cells(const ProgressItem& item, Style style) {
  const auto plus = static_cast<std::size_t>(done_part(item) * static_cast<double>(style.bar_cells));
  Cell bar{"|" + std::string(plus, '+') + std::string(style.bar_cells - plus, '-') + "|", plus};
  const std::string key = core::escape_for_terminal(item.key);
  std::vector<Cell> cells = {{(style.compact_keys ? compact_key(key) : key) + ":"}, {core::to_string(item.state)}, bar};
  if (item.state == ProgressState::downloading) {
    std::string bytes = right_aligned(binary_size(static_cast<double>(item.offset)), 8);
    if (item.total > 0) bytes += "/" + binary_size(static_cast<double>(item.total));
    cells.push_back({bytes});
  }
  return cells;
}

std::string paint(const Cell& cell) {
  if (cell.green == 0) return cell.text;
  return cell.text.substr(0, 1) + std::string(kGreen) + cell.text.substr(1, cell.green) + std::string(kReset) +
         cell.text.substr(1 + cell.green);
}

std::string draw_line(const std::vector<Cell>& cells, const std::vector<std::size_t>& widths, Frame frame) {
  std::string line;
  std::size_t room = frame.columns > 0 ? frame.columns - 1 : 0;
  for (std::size_t i = 0; i < cells.size() && room > 0; ++i) {
    Cell cell = cells[i];
    if (i + 1 < cells.size()) cell.text.append(widths[i] - display_width(cell.text), ' ');
    if (cell.text.size() > room) cell.text.resize(room);
    cell.green = std::min(cell.green, cell.text.size() - std::min<std::size_t>(1, cell.text.size()));
    room -= cell.text.size();
    line += frame.colour ? paint(cell) : cell.text;
  }
  return line;
}

/// The items that fit into `most` lines; when some do not, the finished ones give way and a line tells how many.
std::vector<std::vector<Cell>> shown_cells(const std::vector<ProgressItem>& items, std::size_t most, Style style) {
  std::vector<std::vector<Cell>> rows;
  std::size_t finished = 0;
  if (items.size() > most) finished = static_cast<std::size_t>(std::count_if(items.begin(), items.end(), is_finished));
  if (finished > 0) rows.push_back({{std::to_string(finished) + " done"}});
  for (const ProgressItem& item : items) {
    if (rows.size() >= most) break;
    if (finished == 0 || !is_finished(item)) rows.push_back(item_cells(item, style));
  }
  return rows;
}

struct Screen {
  std::vector<std::vector<Cell>> rows;
  std::vector<std::size_t> widths;
  std::size_t columns = 0;  // of the longest line
};

Screen lay_out(const std::vector<ProgressItem>& items, const Totals& sums, Style style, Frame frame) {
  const std::size_t most = frame.rows > 2 ? frame.rows - 2 : 0;  // one for the elapsed line, one for the cursor
  Screen screen;
  screen.rows = shown_cells(items, most, style);
  screen.rows.push_back(
      {{"elapsed: " + sums.elapsed}, {"total: " + right_aligned(sums.bytes, 7)}, {"(" + sums.rate + ")"}});
  for (const std::vector<Cell>& row : screen.rows) {
    screen.widths.resize(std::max(screen.widths.size(), row.size()));
    for (std::size_t i = 0; i + 1 < row.size(); ++i)
      screen.widths[i] = std::max(screen.widths[i], display_width(row[i].text) + 1);
  }
  for (const std::vector<Cell>& row : screen.rows) {
    std::size_t columns = display_width(row.back().text);
    for (std::size_t i = 0; i + 1 < row.size(); ++i) columns += screen.widths[i];
    screen.columns = std::max(screen.columns, columns);
  }
  return screen;
}

}  // namespace

std::vector<std::string> render_bars(const std::vector<ProgressItem>& items, double elapsed_seconds, Frame frame) {
  const Totals sums = totals(items, elapsed_seconds);
  Style style;
  Screen screen = lay_out(items, sums, style, frame);
  if (screen.columns >= frame.columns) {
    style.compact_keys = true;
    screen = lay_out(items, sums, style, frame);
  }
  if (screen.columns >= frame.columns) {
    const std::size_t excess = screen.columns - frame.columns + 1;
    style.bar_cells = std::max(kMinBarCells, kBarCells - std::min(kBarCells, excess));
    screen = lay_out(items, sums, style, frame);
  }
  std::vector<std::string> lines;
  for (const std::vector<Cell>& row : screen.rows) lines.push_back(draw_line(row, screen.widths, frame));
  return lines;
}

std::string elapsed_line(const std::vector<ProgressItem>& items, double elapsed_seconds) {
  const Totals sums = totals(items, elapsed_seconds);
  return "elapsed: " + sums.elapsed + " total: " + sums.bytes + " (" + sums.rate + ")";
}

}  // namespace ctrbox::commands
