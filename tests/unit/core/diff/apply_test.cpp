// Applying a layer to a staging directory: what is made, and that nothing is ever made outside it.
#include "core/diff/apply.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/xattr.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"

namespace ctrbox::core::diff {
namespace {

using tests::Member;
using tests::MemorySource;
using tests::TarBuilder;

class ApplyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted.* attributes";
    char pattern[] = "/tmp/ctrbox-apply-XXXXXX";
    top_ = mkdtemp(pattern);
    std::filesystem::create_directory(top_ + "/fs");
    std::filesystem::create_directory(top_ + "/outside");
    write_file_atomically(AT_FDCWD, top_ + "/outside/victim", "untouched", 0600);
    root_ = open_at(AT_FDCWD, top_ + "/fs", O_RDONLY | O_DIRECTORY);
  }
  void TearDown() override {
    if (!top_.empty()) std::filesystem::remove_all(top_);
  }

  StagedLayer apply(const TarBuilder& tar) {
    MemorySource source(tar.finish(), 700);
    StagedLayer layer = apply_layer(source, root_.get());
    EXPECT_TRUE(source.at_end());
    return layer;
  }

  /// Applies and expects an error; what lies outside must be as it was.
  void expect_refused(const TarBuilder& tar, const std::string& why) {
    try {
      apply(tar);
      ADD_FAILURE() << "was applied";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
    expect_outside_untouched();
  }

  void expect_outside_untouched() {
    EXPECT_EQ(read_file(AT_FDCWD, top_ + "/outside/victim", 100), "untouched");
    EXPECT_EQ(list_directory(open_at(AT_FDCWD, top_ + "/outside", O_RDONLY | O_DIRECTORY).get()),
              std::vector<std::string>{"victim"});
    EXPECT_EQ(find_status(AT_FDCWD, top_ + "/outside/victim")->st_nlink, 1U);
  }

  std::string content(const std::string& path) { return read_file(root_.get(), path, 1 << 20); }
  struct stat status(const std::string& path) {
    const auto found = find_status(root_.get(), path);
    EXPECT_TRUE(found) << path;
    return found.value_or(kNothing);
  }

  static constexpr struct stat kNothing {};
  std::string top_;
  Fd root_;
};

TEST_F(ApplyTest, UmaskOfTheProcessDoesNotMatterAndStays) {
  const mode_t before = umask(077);
  apply(TarBuilder().file("f", "x", 0666).directory("d", 0777));
  EXPECT_EQ(status("f").st_mode & 07777U, 0666U);
  EXPECT_EQ(status("d").st_mode & 07777U, 0777U);
  EXPECT_EQ(umask(before), 077U);
}

TEST_F(ApplyTest, SetIdBitsAndCapabilitiesSurviveTheChangeOfOwner) {
  const std::string cap("\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
  TarBuilder tar;
  tar.add({.name = "su", .content = "s", .mode = 06755, .uid = 5, .gid = 6});
  tar.add({.name = "ping", .content = "p", .mode = 0755, .uid = 7, .pax = {{"SCHILY.xattr.security.capability", cap}}});
  tar.add({.name = "d", .type = '5', .mode = 02775, .gid = 8}).file("d/f", "x");
  apply(tar);
  EXPECT_EQ(status("su").st_mode & 07777U, 06755U);
  EXPECT_EQ(status("su").st_uid, 5U);
  EXPECT_EQ(get_xattr_at(root_.get(), "ping", "security.capability"), cap);
  EXPECT_EQ(status("d").st_mode & 07777U, 02775U);
  EXPECT_EQ(status("d/f").st_gid, 0U) << "a set-gid directory must not give its group away";
}

TEST_F(ApplyTest, AttributesThatSteerTheHostAreLeftOut) {
  TarBuilder tar;
  tar.add({.name = "d",
           .type = '5',
           .pax = {{"SCHILY.xattr.trusted.overlay.opaque", "y"},
                   {"SCHILY.xattr.user.overlay.opaque", "y"},
                   {"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
                   {"SCHILY.xattr.user.fine", "1"}}});
  apply(tar);
  EXPECT_EQ(list_xattrs_at(root_.get(), "d"), std::vector<std::string>{"user.fine"});
}

TEST_F(ApplyTest, NothingIsWrittenOutsideByAnyName) {
  TarBuilder tar;
  tar.file("../outside/victim", "x").file("/outside/victim", "y").file("a/../../../outside/new", "z");
  apply(tar);
  EXPECT_EQ(content("outside/victim"), "y");
  expect_outside_untouched();
}

TEST_F(ApplyTest, SymlinksLeadWithinTheRoot) {
  const std::string outside = top_ + "/outside";
  TarBuilder tar;
  tar.symlink("abs", outside).file("abs/victim", "in");
  tar.symlink("rel", "../../../../../../" + outside).file("rel/new", "in");
  tar.symlink("chain", "abs").file("chain/third", "in").file("abs/.wh.victim2", "");
  apply(tar);
  expect_outside_untouched();
  EXPECT_EQ(content(outside.substr(1) + "/victim"), "in");
  EXPECT_EQ(content(outside.substr(1) + "/third"), "in");
}

TEST_F(ApplyTest, AFileReplacesASymlinkAndDoesNotFollowIt) {
  const std::string victim = top_ + "/outside/victim";
  apply(TarBuilder().symlink("l", victim).file("l", "mine", 0777));
  EXPECT_EQ(content("l"), "mine");
  expect_outside_untouched();
  EXPECT_EQ(find_status(AT_FDCWD, victim)->st_mode & 07777U, 0600U);
}

TEST_F(ApplyTest, AHardLinkNeverReachesOutside) {
  const std::string victim = top_ + "/outside/victim";
  TarBuilder tar;
  tar.symlink("l", victim).hard_link("to-symlink", "l").file("to-symlink", "overwritten");
  apply(tar);
  EXPECT_TRUE(S_ISLNK(status("l").st_mode));
  expect_outside_untouched();
  // By its absolute name it is a file of a lower layer, which settling will not find.
  const StagedLayer layer = apply(TarBuilder().hard_link("h", victim));
  EXPECT_EQ(layer.borrowed.size(), 1U);
  expect_outside_untouched();
}

TEST_F(ApplyTest, RefusedEntries) {
  expect_refused(TarBuilder().symlink(".", top_ + "/outside").file("victim", "x"), "must be a directory");
  expect_refused(TarBuilder().add({.name = "null", .type = '3'}), "0:0");
  expect_refused(TarBuilder().file("a/.wh...", ""), "whiteout");
  expect_refused(TarBuilder().directory("dir").hard_link("h", "dir"), "a directory");
  expect_refused(TarBuilder().file("file", "").file("file/in", ""), "not a directory");
  expect_refused(TarBuilder().symlink("loop", "loop").file("loop/in", ""), "too many symlinks");
}

TEST_F(ApplyTest, WhiteoutsAreInOverlaysForm) {
  const StagedLayer layer = apply(TarBuilder().file("d/.wh.gone", "").file("e/.wh..wh..opq", "").file("e/new", "n"));
  EXPECT_TRUE(is_whiteout(status("d/gone")));
  EXPECT_EQ(get_xattr_at(root_.get(), "e", kOpaqueXattr), "y");
  EXPECT_EQ(layer.whiteouts, std::vector<std::string>{"d/gone"});
  EXPECT_EQ(layer.opaque, std::set<std::string>{"e"});
}

TEST_F(ApplyTest, ADirectoryInPlaceOfAWhiteoutIsOpaqueInEitherOrder) {
  apply(
      TarBuilder().file(".wh.a", "").directory("a").file("a/x", "1").directory("b").file("b/x", "1").file(".wh.b", ""));
  for (const char* name : {"a", "b"}) {
    EXPECT_EQ(get_xattr_at(root_.get(), name, kOpaqueXattr), "y") << name;
    EXPECT_EQ(content(std::string(name) + "/x"), "1");
  }
}

TEST_F(ApplyTest, CountsWhatItMakes) {
  const StagedLayer layer =
      apply(TarBuilder().directory("d").file("d/a", "12345").hard_link("b", "d/a").symlink("s", "abc"));
  EXPECT_EQ(layer.size_bytes, 8);
  EXPECT_EQ(layer.inodes, 4);  // root, d, a, s
  EXPECT_FALSE(layer.must_recount);
}

TEST_F(ApplyTest, ImpossibleTimesAreClamped) {
  TarBuilder tar;
  tar.add({.name = "late", .pax = {{"mtime", "99999999999999999999999"}}})
      .add({.name = "early", .pax = {{"mtime", "-1.5"}}});
  tar.add({.name = "d", .type = '5', .mtime = -100000000000});
  apply(tar);
  EXPECT_TRUE(find_status(root_.get(), "late") && find_status(root_.get(), "early") && find_status(root_.get(), "d"));
}

TEST_F(ApplyTest, SymlinksDoNotAddUpToAnyDepth) {
  // Each link leads 1000 levels deeper than the one before; memory and stack would go with the depth.
  std::string levels;
  for (int i = 0; i < 1000; ++i) levels += "/d";
  TarBuilder tar;
  tar.symlink("l0", levels);
  for (int i = 1; i < 30; ++i) tar.symlink("l" + std::to_string(i), "l" + std::to_string(i - 1) + levels);
  expect_refused(tar.file("l29/f", "x"), "too long");
}

TEST_F(ApplyTest, AttributesOfDirectoriesDoNotFillTheMemory) {
  // They wait for the end, and a megabyte of them is a few bytes in a compressed layer.
  TarBuilder tar;
  for (int i = 0; i < 1200; ++i) {
    tar.add({.name = "d" + std::to_string(i), .type = '5', .pax = {{"SCHILY.xattr.user.x", std::string(60000, 'x')}}});
  }
  expect_refused(tar, "too much memory");
}

TEST_F(ApplyTest, TheLastOfSeveralEntriesWins) {
  apply(TarBuilder().file("f", "1").directory("f").file("f/in", "2").file("f", "3").symlink("f", "x").file("f", "4"));
  EXPECT_EQ(content("f"), "4");
}

}  // namespace
}  // namespace ctrbox::core::diff
