// Settling layers whose entries replace each other: what earlier entries asked for must not reach through the symlinks
// that later ones put in their place.
#include "core/diff/settle.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/diff/apply.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"
#include "support/temp_dir.h"

namespace ctrbox::core::diff {
namespace {

using tests::MemorySource;
using tests::TarBuilder;

class SettleTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted.* attributes";
    for (const char* name : {"lower", "upper", "outside", "outside/sub"}) make_directory(AT_FDCWD, path(name), 0700);
    write_file_atomically(AT_FDCWD, path("outside/sub/victim"), "untouched", 0600);
    lower_ = open_at(AT_FDCWD, path("lower"), O_RDONLY | O_DIRECTORY);
    upper_ = open_at(AT_FDCWD, path("upper"), O_RDONLY | O_DIRECTORY);
    outside_ = open_at(AT_FDCWD, path("outside"), O_RDONLY | O_DIRECTORY);
    ASSERT_TRUE(node::create_special(outside_.get(), "mark", S_IFCHR, 0));
    const timespec long_ago{1000000000, 0};
    node::set_times_at(outside_.get(), "sub", long_ago, long_ago);
    node::set_times(outside_.get(), long_ago, long_ago, "outside");
  }

  std::string path(const std::string& name) const { return top_.path(name); }

  void unpack(const TarBuilder& lower, const TarBuilder& upper) {
    settle_layer(base_ = applied(lower, lower_), lower_.get(), {});
    settle_layer(layer_ = applied(upper, upper_), upper_.get(), {lower_.get()});
  }

  /// The same, where refusing the layer is as good.
  void attack(const TarBuilder& lower, const TarBuilder& upper) {
    try {
      unpack(lower, upper);
    } catch (const Error&) {
    }
    const struct stat sub = *find_status(outside_.get(), "sub");
    EXPECT_EQ(sub.st_mode & 07777U, 0700U);
    EXPECT_EQ(sub.st_uid, 0U);
    EXPECT_EQ(sub.st_mtim.tv_sec, 1000000000);
    EXPECT_EQ(status_of(outside_.get()).st_mtim.tv_sec, 1000000000);
    EXPECT_EQ(list_directory(outside_.get()), (std::vector<std::string>{"mark", "sub"}));
    EXPECT_EQ(read_file(outside_.get(), "sub/victim", 100), "untouched");
  }

  std::string content(const std::string& name) { return read_file(upper_.get(), name, 1000); }
  bool is_there(const std::string& name) { return find_status(upper_.get(), name).has_value(); }

  test::TempDir top_;
  Fd lower_;
  Fd upper_;
  Fd outside_;
  StagedLayer base_;
  StagedLayer layer_;

 private:
  static StagedLayer applied(const TarBuilder& tar, const Fd& root) {
    MemorySource source(tar.finish());
    return apply_layer(source, root.get());
  }
};

TEST_F(SettleTest, AWhiteoutIsNotLookedForBehindALaterSymlink) {
  attack(TarBuilder().file("f", "x"), TarBuilder().file("a/.wh.mark", "").symlink("a", path("outside")));
}

TEST_F(SettleTest, AWhiteoutIsForgottenWithItsDirectory) {
  unpack(TarBuilder().file("a/x", "x"), TarBuilder().file("a/.wh.x", "").file("a", "a file now"));
  EXPECT_EQ(content("a"), "a file now");
}

TEST_F(SettleTest, NoDirectoryIsMovedFromBehindASymlinkThatWasMovedIn) {
  attack(TarBuilder().symlink("a", "t").directory("t/y").symlink("t/y/sub", "/elsewhere"),
         TarBuilder().symlink("a/y", path("outside")).file("t/y/sub/f", "x"));
}

TEST_F(SettleTest, MetadataDoNotReachBehindASymlinkThatWasMovedIn) {
  attack(TarBuilder()
             .symlink("a", "t/sub")
             .symlink("b", "/")
             .add({.name = "t/sub", .type = '5', .mode = 0777, .uid = 77})
             .directory("c"),
         TarBuilder().directory("t").file("a/x", "x").symlink("b/t", path("outside")));
}

TEST_F(SettleTest, NamesThatTakeTheInodeOfAPlaceholderKeepTheirContent) {
  unpack(TarBuilder().file("f", "lower"),
         TarBuilder().hard_link("h", "f").file("f", "new f").file("h", "new h").file("i", "new i"));
  EXPECT_EQ(content("f"), "new f");
  EXPECT_EQ(content("h"), "new h");
  EXPECT_EQ(content("i"), "new i");
}

TEST_F(SettleTest, ALinkToALowerFileOutlivesTheDirectoryOfItsFirstName) {
  unpack(TarBuilder().file("d/f", "lower"),
         TarBuilder().hard_link("d/h", "d/f").hard_link("keep", "d/h").symlink("d", path("outside")));
  EXPECT_EQ(content("keep"), "lower");
}

TEST_F(SettleTest, ADirectoryThatOnlyWhiteoutsAskedForCanBeRemovedItself) {
  unpack(TarBuilder().file("a/x", "x").file("a/y", "y"), TarBuilder().file("a/.wh.x", "").file(".wh.a", ""));
  const auto status = find_status(upper_.get(), "a");
  ASSERT_TRUE(status);
  EXPECT_TRUE(is_whiteout(*status));
}

}  // namespace
}  // namespace ctrbox::core::diff
