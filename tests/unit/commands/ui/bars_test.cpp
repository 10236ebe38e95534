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
                                              "host/name:1:     resolved         " + kFull,
                                              "layer-sha256:aa: downloading      " + half + " 512.0 KiB/1.0 MiB",
                                              "layer-sha256:bb: waiting          " + kEmpty,
                                              "layer-sha256:cc: done             " + kFull,
                                              "elapsed: 2.0 s   total: 513.0 KiB (256.5 KiB/s)",
                                          }));
}

TEST(Bars, TheSumOfNothingIsZeroBytes) {
  EXPECT_EQ(render_bars({}, 0.9, kWide), (Lines{"elapsed: 0.9 s total:   0.0 B (0.0 B/s)"}));
  EXPECT_EQ(elapsed_line({}, 0.9), "elapsed: 0.9 s total: 0.0 B (0.0 B/s)");
  EXPECT_EQ(elapsed_line({}, 0), "elapsed: 0.0 s total: 0.0 B (0.0 B/s)");
}

TEST(Bars, TheDonePartIsGreen) {
  const std::vector<ProgressItem> items = {{"a", ProgressState::downloading, 1, 2}};
  const std::string line = render_bars(items, 1, {.columns = 200, .rows = 50, .colour = true})[0];
  EXPECT_EQ(line, "a:             downloading    |\x1b[32m" + std::string(19, '+') + "\x1b[0m" + std::string(19, '-') +
                      "|    1.0 B/2.0 B");
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
  EXPECT_TRUE(lines[0].starts_with("...e/long/repository/name:latest: resolved")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("layer-sha256:aaaaaaaaaaaa:")) << lines[1];
  EXPECT_TRUE(lines[1].ends_with("50.0 MiB/100.0 MiB")) << lines[1];
  EXPECT_NE(lines[1].find("|++++"), std::string::npos) << lines[1];
  for (const std::string& line : lines) EXPECT_LT(line.size(), 80U);
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
