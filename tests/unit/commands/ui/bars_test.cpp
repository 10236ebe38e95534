#include "commands/ui/bars.h"

#include <gtest/gtest.h>

namespace ctrbox::commands {
namespace {

using core::ProgressItem;
using core::ProgressState;
using Lines = std::vector<std::string>;

constexpr Frame kWide{.columns = 200, .rows = 50, .colour = false};
const std::string kFull = "|" + std::string(38, '+') + "|";
const std::string kEmpty = "|" + std::string(38, '-') + "|";

TEST(Bars, OneLineAnItemAndTheSums) {
  const std::vector<ProgressItem> items = {{"host/name:1", ProgressState::resolved},
                                           {"layer-sha256:aa", ProgressState::downloading, 512 * 1024, 1024 * 1024},
                                           {"layer-sha256:bb", ProgressState::waiting},
                                           {"layer-sha256:cc", ProgressState::done, 1024, 1024}};
  const std::string half = "|" + std::string(19, '+') + std::string(19, '-') + "|";
  EXPECT_EQ(render_bars(items, 2, kWide), (Lines{
                                              "host/name:1:     resolved          " + kFull,
                                              "layer-sha256:aa: downloading       " + half + " 512.0 KiB/1.0 MiB",
                                              "layer-sha256:bb: waiting           " + kEmpty,
                                              "layer-sha256:cc: done              " + kFull,
                                              "elapsed: 2.0 s   total: 513.0 KiB  (256.5 KiB/s)",
                                          }));
}

TEST(Bars, TheSumOfNothingIsZeroBytes) {
  EXPECT_EQ(render_bars({}, 0.9, kWide), (Lines{"elapsed: 0.9 s  total:   0.0 B    (0.0 B/s)"}));
  EXPECT_EQ(elapsed_line({}, 0.9), "elapsed: 0.9 s total: 0.0 B (0.0 B/s)");
  EXPECT_EQ(elapsed_line({}, 0), "elapsed: 0.0 s total: 0.0 B (0.0 B/s)");
}

TEST(Bars, TheDonePartIsGreen) {
  const std::vector<ProgressItem> items = {{"a", ProgressState::downloading, 1, 2}};
  const std::string line = render_bars(items, 1, {.columns = 200, .rows = 50, .colour = true})[0];
  EXPECT_EQ(line, "a:              downloading       |\x1b[32m" + std::string(19, '+') + "\x1b[0m" +
                      std::string(19, '-') + "|    1.0 B/2.0 B");
}

TEST(Bars, LinesNeverFillTheTerminalsWidth) {
  const std::vector<ProgressItem> items = {{std::string(100, 'k'), ProgressState::done}, {"a", ProgressState::done}};
  for (std::size_t columns : {1U, 10U, 60U, 110U, 130U}) {
    for (const std::string& line : render_bars(items, 1, {.columns = columns, .rows = 50, .colour = false}))
      EXPECT_LT(line.size(), columns);
    for (std::string line : render_bars(items, 1, {.columns = columns, .rows = 50, .colour = true})) {
      for (const char* code : {"\x1b[32m", "\x1b[0m"})
        if (const std::size_t at = line.find(code); at != std::string::npos) line.erase(at, std::string(code).size());
      EXPECT_LT(line.size(), columns);
    }
  }
}

TEST(Bars, ANarrowTerminalShowsShortDigestsAndShorterBars) {
  const std::string hex(64, 'a');
  const std::vector<ProgressItem> items = {
      {"registry.example.com/some/long/repository/name:latest", ProgressState::resolved},
      {"layer-sha256:" + hex, ProgressState::downloading, 50 * 1024 * 1024, 100 * 1024 * 1024}};
  const Lines lines = render_bars(items, 1, {.columns = 80, .rows = 24, .colour = false});
  EXPECT_TRUE(lines[0].starts_with(".../repository/name:latest: ")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("layer-sha256:aaaaaaaaaaaa:")) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("50.0 MiB/100.0 MiB")) << lines[1];
  EXPECT_NE(lines[1].find("|++++"), std::string::npos) << lines[1];
  for (const std::string& line : lines) EXPECT_LT(line.size(), 80U);
}

/// Where the bars of all lines begin and end, and where bytes begin.
std::vector<std::size_t> edges(const Lines& lines) {
  std::vector<std::size_t> places;
  for (const std::string& line : lines) {
    if (line.find('|') == std::string::npos) continue;
    places.push_back(line.find('|'));
    places.push_back(line.rfind('|'));
  }
  return places;
}

TEST(Bars, ColumnsStayWhereTheyAre) {
  const std::string one = "layer-sha256:" + std::string(64, 'a');
  const std::string two = "config-sha256:" + std::string(64, 'b');
  const std::vector<std::vector<ProgressItem>> frames = {
      {{one, ProgressState::waiting}, {two, ProgressState::waiting}},
      {{one, ProgressState::downloading, 1, 1023 << 20}, {two, ProgressState::downloading, 0, 1}},
      {{one, ProgressState::downloading, 1023 << 10, 1023 << 20}, {two, ProgressState::done, 1, 1}},
      {{one, ProgressState::downloading, 1023 << 20, 1023 << 20}, {two, ProgressState::exists}},
      {{one, ProgressState::unpacking}, {two, ProgressState::exists}},
      {{one, ProgressState::done, 1023 << 20, 1023 << 20}, {two, ProgressState::exists}}};
  for (const std::size_t columns : {75U, 80U, 100U, 120U, 160U, 200U}) {
    const Frame frame{.columns = columns, .rows = 24, .colour = false};
    const std::vector<std::size_t> first = edges(render_bars(frames[0], 0.1, frame));
    ASSERT_EQ(first.size(), 4U);
    for (const std::vector<ProgressItem>& items : frames)
      EXPECT_EQ(edges(render_bars(items, 1.5, frame)), first) << columns;
    const Lines widest = render_bars(frames[2], 1, frame);
    EXPECT_TRUE(widest[0].ends_with("1023.0 KiB/1023.0 MiB")) << columns << ": " << widest[0];
  }
}

TEST(Bars, AVeryNarrowTerminalShowsPercents) {
  const std::vector<ProgressItem> items = {
      {"docker.io/library/busybox:latest", ProgressState::resolved},
      {"layer-sha256:" + std::string(64, 'a'), ProgressState::downloading, 41, 100},
      {"manifest-sha256:" + std::string(64, 'b'), ProgressState::done, 5 << 20, 5 << 20}};
  EXPECT_EQ(render_bars(items, 7.8, {.columns = 40, .rows = 24, .colour = false}),
            (Lines{".../busybox:latest:    resolved", "layer-aaaaaaaaaaaa:    downloading  41%",
                   "manifest-bbbbbbbbbbbb: done", "7.8 s 5.0 MiB (656.4 KiB/s)"}));
  const Lines wider = render_bars(items, 7.8, {.columns = 65, .rows = 24, .colour = false});
  EXPECT_EQ(wider[1], "layer-aaaaaaaaaaaa:    downloading  41%   41.0 B/100.0 B");
}

TEST(Bars, WhenTheScreenIsTooLowFinishedItemsGiveWay) {
  std::vector<ProgressItem> items;
  for (int i = 0; i < 20; ++i)
    items.push_back({"k" + std::to_string(i), i < 17 ? ProgressState::exists : ProgressState::downloading, 0, 10});
  const Lines lines = render_bars(items, 1, {.columns = 100, .rows = 10, .colour = false});
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "17 done");
  EXPECT_TRUE(lines[1].starts_with("k17:"));
  EXPECT_TRUE(lines[4].starts_with("elapsed:"));
  for (ProgressItem& item : items) item.state = ProgressState::downloading;
  EXPECT_LE(render_bars(items, 1, {.columns = 100, .rows = 10, .colour = false}).size(), 9U);
}

TEST(Bars, NumbersFromOutsideDoNotBreakTheBar) {
  const std::vector<ProgressItem> items = {{"a", ProgressState::downloading, 100, 10},
                                           {"b", ProgressState::downloading, 100, 0},
                                           {"\x1b]0;x\a", ProgressState::downloading, -5, 10}};
  const Lines lines = render_bars(items, 1, kWide);
  EXPECT_NE(lines[0].find(kFull), std::string::npos);
  EXPECT_NE(lines[1].find(kEmpty), std::string::npos);
  EXPECT_NE(lines[2].find(kEmpty), std::string::npos);
  EXPECT_EQ(lines[2].find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ctrbox::commands
