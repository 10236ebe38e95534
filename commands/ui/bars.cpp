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
constexpr std::size_t kMinBarCells = 8;  // on a narrow terminal; with less room there are percents instead
constexpr std::size_t kMaxCompactKey = 28;
constexpr std::size_t kCompactHex = 12;  // digits of a digest
// The widest that the texts of these columns get, so that no column moves from one frame to the next.
constexpr std::size_t kStateColumns = 11;    // "downloading"
constexpr std::size_t kTotalColumns = 17;    // "total: 1023.9 KiB"
constexpr std::size_t kElapsedColumns = 15;  // "elapsed: 1000.0s"
constexpr std::size_t kPercentColumns = 4;   // "100%"
constexpr std::size_t kBytesColumns = 21;    // "1023.9 KiB/1023.9 MiB"
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

/// How much is shown: all of it, or what a narrow terminal has room for.
struct Style {
  enum class Keys { whole, compact, brief };
  Keys keys = Keys::whole;
  bool sums_in_columns = true;  // the elapsed line keeps to the columns of the items
  std::size_t bar_cells = kBarCells;
  bool percents = false;  // instead of bars
  bool bytes = true;
};

/// ".../library/busybox:latest", cut where a name begins if that is near.
std::string end_of(const std::string& key, std::size_t most) {
  constexpr std::string_view kDots = "...";
  if (key.size() <= most) return key;
  std::string end = key.substr(key.size() - most + kDots.size());
  const std::size_t slash = end.find('/');
  if (slash != std::string::npos && slash < end.size() / 2) end.erase(0, slash);
  return std::string(kDots) + end;
}

/// "layer-sha256:f3927d053250", or as brief "layer-f3927d053250".
std::string short_key(const std::string& key, Style::Keys keys) {
  constexpr std::string_view kAlgorithm = "sha256:";
  if (keys == Style::Keys::whole) return key;
  const bool brief = keys == Style::Keys::brief;
  const std::size_t digest = key.rfind(kAlgorithm);
  if (digest == std::string::npos || digest == 0 || key[digest - 1] != '-')
    return end_of(key, brief ? kMaxCompactKey - kAlgorithm.size() : kMaxCompactKey);
  const std::string hex = key.substr(digest + kAlgorithm.size(), kCompactHex);
  return key.substr(0, brief ? digest : digest + kAlgorithm.size()) + hex;
}

std::string bytes_of(const ProgressItem& item) {
  std::string bytes = right_aligned(binary_size(static_cast<double>(item.offset)), 8);
  if (item.total > 0) bytes += "/" + binary_size(static_cast<double>(item.total));
  return bytes;
}

std::vector<Cell> item_cells(const ProgressItem& item, Style style) {
  const std::string key = short_key(core::escape_for_terminal(item.key), style.keys);
  std::vector<Cell> cells = {{key + ":"}, {core::to_string(item.state)}};
  const bool downloading = item.state == ProgressState::downloading;
  if (style.percents) {
    if (downloading) cells.push_back({right_aligned(std::to_string(static_cast<int>(done_part(item) * 100)), 3) + "%"});
    if (downloading && style.bytes) cells.push_back({bytes_of(item)});
    return cells;
  }
  const auto plus = static_cast<std::size_t>(done_part(item) * static_cast<double>(style.bar_cells));
  cells.push_back({"|" + std::string(plus, '+') + std::string(style.bar_cells - plus, '-') + "|", plus});
  if (downloading) cells.push_back({bytes_of(item)});
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
    if (i + 1 < cells.size())
      cell.text.append(std::max(widths[i], display_width(cell.text) + 1) - display_width(cell.text), ' ');
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
  std::size_t columns = 0;  // of the longest line that may come
};

std::vector<Cell> sums_row(const Totals& sums, Style style) {
  if (style.percents) return {{sums.elapsed + " " + sums.bytes + " (" + sums.rate + ")"}};
  const Cell elapsed{"elapsed: " + sums.elapsed};
  const std::string total = "total: " + right_aligned(sums.bytes, 7);
  const std::string rate = "(" + sums.rate + ")";
  if (style.sums_in_columns) return {elapsed, {total}, {rate}};
  return {elapsed, {total + " " + rate}};
}

/// Padding included.
std::vector<std::size_t> column_widths(const std::vector<std::vector<Cell>>& rows, Style style) {
  std::size_t key = kElapsedColumns;
  for (const std::vector<Cell>& row : rows) {
    if (row.size() > 1) key = std::max(key, display_width(row[0].text));
  }
  const std::size_t state = style.sums_in_columns ? kTotalColumns : kStateColumns;
  return {key + 1, state + 1, style.percents ? kPercentColumns + 1 : style.bar_cells + 2 + 1};
}

Screen lay_out(const std::vector<ProgressItem>& items, const Totals& sums, Style style, Frame frame) {
  const std::size_t most = frame.rows > 2 ? frame.rows - 2 : 0;  // one for the elapsed line, one for the cursor
  Screen screen;
  screen.rows = shown_cells(items, most, style);
  screen.widths = column_widths(screen.rows, style);
  screen.rows.push_back(sums_row(sums, style));
  for (const std::size_t width : screen.widths) screen.columns += width;
  screen.columns += kBytesColumns;
  return screen;
}

}  // namespace

std::vector<std::string> render_bars(const std::vector<ProgressItem>& items, double elapsed_seconds, Frame frame) {
  const Totals sums = totals(items, elapsed_seconds);
  Style style;
  Screen screen = lay_out(items, sums, style, frame);
  const auto fits = [&] { return screen.columns < frame.columns; };
  const auto try_style = [&] { screen = lay_out(items, sums, style, frame); };
  if (!fits()) {
    style.keys = Style::Keys::compact;
    try_style();
  }
  if (!fits()) {
    style.sums_in_columns = false;
    try_style();
  }
  if (!fits()) {
    style.bar_cells -= std::min(kBarCells, screen.columns + 1 - frame.columns);
    if (style.bar_cells < kMinBarCells) style = {Style::Keys::brief, false, 0, true, true};
    try_style();
  }
  if (!fits()) {
    style.bytes = false;
    try_style();
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
