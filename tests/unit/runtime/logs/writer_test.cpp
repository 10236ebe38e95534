#include "runtime/logs/writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace ctrbox::runtime::logs {
namespace {

using test::TempDir;

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(FormatLines, TagsWholeLinesAndPieces) {
  bool in_line = false;
  EXPECT_EQ(format_lines(Stream::out, "one\ntw", "T", in_line), "T stdout F one\nT stdout P tw\n");
  EXPECT_TRUE(in_line);
  EXPECT_EQ(format_lines(Stream::out, "o\n", "T", in_line), "T stdout F o\n");
  EXPECT_FALSE(in_line);
  EXPECT_EQ(format_lines(Stream::err, "\n", "T", in_line), "T stderr F \n");
}

TEST(LogWriter, MakesItsDirectoryWithTheFirstLine) {
  const TempDir directory;
  Writer writer(directory.path() + "/logs/ns/id");
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/logs"));
  writer.write(Stream::out, "hello\n");
  const std::string text = content(directory.path() + "/logs/ns/id/log");
  EXPECT_TRUE(text.ends_with("Z stdout F hello\n")) << text;
}

TEST(LogWriter, RotatesBetweenLinesAndKeepsTheNewestFiles) {
  const TempDir directory;
  Writer writer(directory.path(), {.file_bytes = 100, .files = 3});
  for (int i = 0; i < 40; ++i) {
    writer.write(Stream::out, "begin-");
    writer.write(Stream::out, std::to_string(i) + "-end\n");
  }
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_TRUE(names == (std::vector<std::string>{"log", "log.1", "log.2"}) ||
              names == (std::vector<std::string>{"log.1", "log.2"}));
  const std::string newest = content(directory.path() + "/log") + content(directory.path() + "/log.1");
  EXPECT_NE(newest.find("39-end"), std::string::npos);
  EXPECT_TRUE(content(directory.path() + "/log.1").ends_with("-end\n"));
}

TEST(LogWriter, APromptOnTheOtherStreamHoldsRotationUpOnlySoLong) {
  const TempDir directory;
  Writer writer(directory.path(), {.file_bytes = 1000, .files = 2});
  writer.write(Stream::out, "prompt> ");
  for (int i = 0; i < 200; ++i) writer.write(Stream::err, "a line of the other stream\n");
  EXPECT_LT(std::filesystem::file_size(directory.path() + "/log.1"), 2200U);
}

TEST(LogWriter, GoesOnInALogThatIsThere) {
  const TempDir directory;
  { Writer(directory.path()).write(Stream::out, "first\n"); }
  Writer(directory.path()).write(Stream::err, "second\n");
  const std::string text = content(directory.path() + "/log");
  EXPECT_NE(text.find("first\n"), std::string::npos);
  EXPECT_NE(text.find("stderr F second\n"), std::string::npos);
}

TEST(LogWriter, LosesWhatCannotBeWrittenAndGoesOn) {
  Writer writer("/proc/no/such/place");
  writer.write(Stream::out, "lost\n");
}

}  // namespace
}  // namespace ctrbox::runtime::logs
