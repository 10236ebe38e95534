#include "runtime/logs/reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace ctrbox::runtime::logs {
namespace {

constexpr core::UnixNanos kSecond = 1'000'000'000;

class LogReaderTest : public testing::Test {
 protected:
  /// Lines of out, one a second from `second` on.
  static std::string lines(int first, int count) {
    std::string text;
    for (int n = first; n < first + count; ++n) text += line(n, "line " + std::to_string(n));
    return text;
  }
  static std::string line(int second, const std::string& text, const std::string& tag = "stdout F") {
    return core::to_rfc3339(second * kSecond) + " " + tag + " " + text + "\n";
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(log_.path(name)) << text; }
  void append(const std::string& name, const std::string& text) {
    std::ofstream(log_.path(name), std::ios::app) << text;
  }
  void rotate(int files) {
    for (int n = files; n > 0; --n) {
      const auto from = log_.path(log_file_name(n - 1));
      if (std::filesystem::exists(from)) std::filesystem::rename(from, log_.path(log_file_name(n)));
    }
  }
  /// What there is now, "P" pieces with a "+" behind.
  static std::vector<std::string> rest(Reader& reader) {
    std::vector<std::string> texts;
    while (const auto piece = reader.next()) texts.push_back(piece->text + (piece->ends_line ? "" : "+"));
    return texts;
  }
  std::vector<std::string> read(const Range& range = {}) {
    Reader reader(log_.path(), range);
    return rest(reader);
  }
  static std::vector<std::string> named(int first, int count) {
    std::vector<std::string> texts;
    for (int n = first; n < first + count; ++n) texts.push_back("line " + std::to_string(n));
    return texts;
  }

  test::TempDir log_;
};

using Texts = std::vector<std::string>;

TEST_F(LogReaderTest, RotatedFilesComeInTheirOrder) {
  write("log.10", lines(0, 2));
  for (int n = 9; n > 0; --n) write("log." + std::to_string(n), lines((10 - n) * 2, 2));
  write("log", lines(20, 2));
  EXPECT_EQ(read(), named(0, 22));
}

TEST_F(LogReaderTest, NoDirectoryAndNoFileAreALogWithoutLines) {
  EXPECT_EQ(read(), Texts());
  Reader nowhere(log_.path("none"), {.since = {}, .until = {}, .tail = 5, .follow = true});
  EXPECT_FALSE(nowhere.next());
}

TEST_F(LogReaderTest, StreamsAndPiecesAreKept) {
  write("log", line(1, "to out") + line(2, "half", "stderr P") + line(3, "whole", "stderr F"));
  Reader reader(log_.path(), {});
  EXPECT_EQ(reader.next(), (Piece{1 * kSecond, Stream::out, true, "to out"}));
  EXPECT_EQ(reader.next(), (Piece{2 * kSecond, Stream::err, false, "half"}));
  EXPECT_EQ(reader.next(), (Piece{3 * kSecond, Stream::err, true, "whole"}));
  EXPECT_FALSE(reader.next());
}

TEST_F(LogReaderTest, ATornLastLineIsPassedOverUntilItIsFinished) {
  const std::string second = line(2, "second");
  write("log", line(1, "first") + second.substr(0, 20));
  EXPECT_EQ(read(), Texts({"first"}));
  Reader reader(log_.path(), {.since = {}, .until = {}, .tail = {}, .follow = true});
  EXPECT_EQ(rest(reader), Texts({"first"}));
  append("log", second.substr(20));
  EXPECT_EQ(rest(reader), Texts({"second"}));
}

TEST_F(LogReaderTest, ATornLineAtTheEndOfARotatedFileIsPassedOver) {
  write("log.1", line(1, "first") + line(2, "torn").substr(0, 30));
  write("log", line(3, "third"));
  EXPECT_EQ(read(), Texts({"first", "third"}));
}

TEST_F(LogReaderTest, LinesThatAreNoneAreSkipped) {
  write("log", "garbage\n\n" + line(1, "good") + std::string(300'000, 'x') + "\n" + line(2, "better"));
  EXPECT_EQ(read(), Texts({"good", "better"}));
}

TEST_F(LogReaderTest, ALineBeyondTheBoundIsSkippedAndTheNextOneIsNot) {
  write("log", line(1, std::string(kMaxLineBytes * 3, 'y')) + line(2, "next"));
  EXPECT_EQ(read(), Texts({"next"}));
}

TEST_F(LogReaderTest, FollowsWhatIsWritten) {
  Reader reader(log_.path(), {.since = {}, .until = {}, .tail = {}, .follow = true});
  EXPECT_EQ(rest(reader), Texts());
  write("log", lines(0, 2));
  EXPECT_EQ(rest(reader), named(0, 2));
  append("log", lines(2, 3));
  EXPECT_EQ(rest(reader), named(2, 3));
}

TEST_F(LogReaderTest, FollowsThroughRotations) {
  write("log", lines(0, 2));
  Reader reader(log_.path(), {.since = {}, .until = {}, .tail = {}, .follow = true});
  EXPECT_EQ(rest(reader), named(0, 2));
  append("log", lines(2, 1));  // unseen when it is rotated
  rotate(5);
  write("log", lines(3, 1));
  rotate(5);
  write("log", lines(4, 1));
  EXPECT_EQ(rest(reader), named(2, 3));
  rotate(5);
  EXPECT_EQ(rest(reader), Texts());  // the new file is not there yet
  write("log", lines(5, 1));
  EXPECT_EQ(rest(reader), named(5, 1));
}

TEST_F(LogReaderTest, GoesOnWithTheOldestWhenItsFileWasRemoved) {
  write("log", lines(0, 1));
  Reader reader(log_.path(), {.since = {}, .until = {}, .tail = {}, .follow = true});
  EXPECT_EQ(rest(reader), named(0, 1));
  std::filesystem::remove(log_.path("log"));
  write("log.1", lines(4, 1));
  write("log", lines(5, 1));
  EXPECT_EQ(rest(reader), named(4, 2));
}

TEST_F(LogReaderTest, WithoutFollowingWhatIsWrittenLaterIsNotShown) {
  write("log", lines(0, 2));
  Reader reader(log_.path(), {});
  append("log", lines(2, 1));
  rotate(3);
  write("log", lines(3, 1));
  EXPECT_EQ(rest(reader), named(0, 2));
}

TEST_F(LogReaderTest, SinceAndUntilAreInclusive) {
  write("log.1", lines(0, 5));
  write("log", lines(5, 5));
  EXPECT_EQ(read({.since = 3 * kSecond, .until = 6 * kSecond, .tail = {}, .follow = false}), named(3, 4));
}

TEST_F(LogReaderTest, TailIsTheLastLinesAcrossFiles) {
  write("log.1", lines(0, 5));
  write("log", lines(5, 3));
  for (int n = 0; n < 12; ++n)
    EXPECT_EQ(read({.since = {}, .until = {}, .tail = n, .follow = false}), named(std::max(0, 8 - n), std::min(8, n)));
}

TEST_F(LogReaderTest, TailCountsLinesAndNotPieces) {
  write("log",
        line(1, "a", "stdout P") + line(2, "b") + line(3, "c", "stdout P") + line(4, "d", "stdout P") + line(5, "e"));
  EXPECT_EQ(read({.since = {}, .until = {}, .tail = 1, .follow = false}), Texts({"c+", "d+", "e"}));
}

TEST_F(LogReaderTest, TailIsOfTheLinesOfTheTime) {
  write("log", lines(0, 10));
  EXPECT_EQ(read({.since = 2 * kSecond, .until = 6 * kSecond, .tail = 2, .follow = false}), named(5, 2));
  EXPECT_EQ(read({.since = 5 * kSecond, .until = 6 * kSecond, .tail = 9, .follow = false}), named(5, 2));
}

TEST_F(LogReaderTest, TailPassesOverATornLine) {
  write("log", lines(0, 3) + line(3, "torn").substr(0, 25));
  EXPECT_EQ(read({.since = {}, .until = {}, .tail = 1, .follow = false}), named(2, 1));
}

TEST_F(LogReaderTest, TailOfLongLinesNeedsNoLineInMemory) {
  const std::string wide(200'000, 'z');
  write("log", line(0, wide) + line(1, wide) + line(2, wide));
  EXPECT_EQ(read({.since = {}, .until = {}, .tail = 2, .follow = false}), Texts({wide, wide}));
}

TEST_F(LogReaderTest, TailThenFollow) {
  write("log", lines(0, 5));
  Reader reader(log_.path(), {.since = {}, .until = {}, .tail = 1, .follow = true});
  append("log", lines(5, 1));
  EXPECT_EQ(rest(reader), named(4, 2));
}

TEST_F(LogReaderTest, AFileThatIsNoFileIsNotOpened) {
  std::filesystem::create_directory(log_.path("log.1"));
  std::filesystem::create_symlink("/etc/passwd", log_.path("log.2"));
  write("log", lines(0, 1));
  EXPECT_THROW(read(), std::exception);  // a link is not followed, and told
}

}  // namespace
}  // namespace ctrbox::runtime::logs
