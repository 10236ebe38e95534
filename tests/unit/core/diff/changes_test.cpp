// A snapshot's own directory as a layer: applied to an empty directory it is the same again.
#include "core/diff/changes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "core/archive/tar_reader.h"
#include "core/base/error.h"
#include "core/diff/apply.h"
#include "core/diff/staged_layer.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"
#include "support/memory_sink.h"
#include "support/memory_source.h"
#include "support/temp_dir.h"

namespace ctrbox::core::diff {
namespace {

std::string describe_node(int directory, const std::string& name, const struct stat& status) {
  std::string text = " mode " + std::to_string(status.st_mode) + " owner " + std::to_string(status.st_uid) + ":" +
                     std::to_string(status.st_gid) + " device " + std::to_string(status.st_rdev) + " time " +
                     std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec);
  if (!S_ISDIR(status.st_mode)) text += " links " + std::to_string(status.st_nlink);
  if (S_ISREG(status.st_mode)) text += " content " + read_file(directory, name, 1 << 20);
  if (S_ISLNK(status.st_mode)) text += " to " + node::read_link(directory, name);
  for (const std::string& xattr : list_xattrs_at(directory, name))
    text += " " + xattr + "=" + get_xattr_at(directory, name, xattr).value_or("");
  return text;
}

void describe(int directory, const std::string& path, std::vector<std::string>& lines) {
  for (const std::string& name : list_directory(directory)) {
    const auto status = find_status(directory, name);
    // Nobody keeps the time of a mark.
    const bool mark = is_whiteout(*status);
    lines.push_back(path + name + (mark ? " whiteout" : describe_node(directory, name, *status)));
    if (S_ISDIR(status->st_mode))
      describe(open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), path + name + "/", lines);
  }
}

class ChangesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted.* attributes";
    make_directory(AT_FDCWD, top_.path("upper"), 0751);
    upper_ = open_at(AT_FDCWD, top_.path("upper"), O_RDONLY | O_DIRECTORY);
  }

  void file(const std::string& name, const std::string& content) {
    write_all(open_at(upper_.get(), name, O_WRONLY | O_CREAT | O_EXCL, 0644).get(), content);
  }
  void directory(const std::string& name) { make_directory(upper_.get(), name, 0755); }
  void whiteout(const std::string& name) { node::create_special(upper_.get(), name, S_IFCHR, 0); }
  std::string changes() {
    tests::MemorySink sink;
    write_changes(upper_.get(), sink);
    return sink.text;
  }
  std::vector<std::string> names(const std::string& archive) {
    tests::MemorySource source(archive);
    archive::TarReader reader(source);
    std::vector<std::string> all;
    while (const auto* entry = reader.next()) all.push_back(entry->path);
    return all;
  }
  void expect_refused(const std::string& why) {
    try {
      changes();
      ADD_FAILURE() << "was written";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(why), std::string::npos) << error.what();
    }
  }

  test::TempDir top_;
  Fd upper_;
};

TEST_F(ChangesTest, AppliedTheyAreTheSameDirectoryAgain) {
  directory("etc");
  directory("etc/deep");
  directory("opaque");
  file("etc/passwd", "root:x:0:0::/:/bin/sh\n");
  file("opaque/new", std::string(700000, 'n'));
  node::create_symlink(upper_.get(), "etc/link", "/nowhere/at/all");
  node::create_link(upper_.get(), "etc/passwd", upper_.get(), "etc/deep/same");
  node::create_special(upper_.get(), "etc/fifo", S_IFIFO | 0640, 0);
  node::create_special(upper_.get(), "null", S_IFCHR | 0666, makedev(1, 3));
  node::create_special(upper_.get(), "disk", S_IFBLK | 0660, makedev(7, 300));
  whiteout("etc/removed");
  node::set_owner_at(upper_.get(), "etc/link", 12, 34);
  node::set_owner_at(upper_.get(), "etc/passwd", 1000, 3000000);
  node::set_mode_at(upper_.get(), "etc/passwd", 04755);
  set_xattr_at(upper_.get(), "etc/passwd", "user.note", "of the user's");
  set_xattr_at(upper_.get(), "opaque", kOpaqueXattr, "y");
  set_xattr_at(upper_.get(), "etc", "trusted.overlay.origin", "not ours to tell");
  node::set_times_at(upper_.get(), "etc/passwd", {5, 6}, {1500000000, 123456789});
  node::set_times_at(upper_.get(), "etc", {5, 6}, {1400000000, 1});

  make_directory(AT_FDCWD, top_.path("copy"), 0700);
  const Fd copy = open_at(AT_FDCWD, top_.path("copy"), O_RDONLY | O_DIRECTORY);
  tests::MemorySource source(changes(), 900);
  const StagedLayer layer = apply_layer(source, copy.get());
  EXPECT_FALSE(layer.opaque_root);
  EXPECT_TRUE(layer.implied.empty());

  remove_xattr_at(upper_.get(), "etc", "trusted.overlay.origin");
  std::vector<std::string> wanted, got;
  describe(upper_.get(), "", wanted);
  describe(copy.get(), "", got);
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(status_of(copy.get()).st_mode & 07777U, 0751U);
}

TEST_F(ChangesTest, TheSameDirectoryGivesTheSameBytesWhateverTheOrderItWasMadeIn) {
  for (const char* name : {"b", "a", "c"}) file(name, name);
  const std::string first = changes();
  EXPECT_EQ(first, changes());
  EXPECT_EQ(names(first), (std::vector<std::string>{"./", "a", "b", "c"}));
}

TEST_F(ChangesTest, MarksHaveTheNamesOfTheImageSpec) {
  directory("d");
  whiteout("gone");
  whiteout("d/gone");
  set_xattr_at(upper_.get(), "d", kOpaqueXattr, "y");
  EXPECT_EQ(names(changes()), (std::vector<std::string>{"./", "d/", "d/.wh..wh..opq", "d/.wh.gone", ".wh.gone"}));
}

TEST_F(ChangesTest, WhatALayerCannotSayIsRefused) {
  file(".wh.innocent", "");
  expect_refused(".wh.innocent: in a layer this name would mean");
  remove_file(upper_.get(), ".wh.innocent");
  directory("moved");
  set_xattr_at(upper_.get(), "moved", "trusted.overlay.redirect", "/before");
  expect_refused("moved: overlayfs keeps it by reference (trusted.overlay.redirect)");
  remove_tree(upper_.get(), "moved");
  file("f", "");
  set_xattr_at(upper_.get(), "f", "trusted.overlay.metacopy", "");
  expect_refused("f: overlayfs keeps it by reference (trusted.overlay.metacopy)");
}

TEST_F(ChangesTest, SocketsAreLeftOut) {
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = top_.path("upper/s");
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(names(changes()), std::vector<std::string>{"./"});
}

TEST_F(ChangesTest, APlainTreeIsWrittenAsItIsWithoutItsRoot) {
  file(".wh.f", "just a name");
  directory("d");
  file("d/g", "");
  tests::MemorySink sink;
  write_tree(upper_.get(), sink);
  EXPECT_EQ(names(sink.text), (std::vector<std::string>{".wh.f", "d/", "d/g"}));
}

}  // namespace
}  // namespace ctrbox::core::diff
