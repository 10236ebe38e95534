// The contract of a snapshotter: every one passes the same checks. Mounts are made in a mount namespace of the test's
// own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "core/diff/changes.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/unpack.h"
#include "core/sys/file.h"
#include "support/memory_sink.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::snapshots {
namespace {

using tests::MemorySource;
using tests::TarBuilder;

class SnapshotterTest : public ObjectTest, public ::testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    ObjectTest::SetUp();
    if (geteuid() != 0) GTEST_SKIP() << "needs root: mounts";
    // The test's mounts end with this thread's namespace even when it crashes.
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      GTEST_SKIP() << "cannot have a mount namespace here";
    }
    paths_ = {directory_, directory_ + "/run"};
    std::filesystem::create_directory(target());
    snapshots_.emplace(database(), paths_, "default", GetParam());
  }
  void TearDown() override {
    unmount_all(target());
    ObjectTest::TearDown();
  }

  std::string target() const { return directory_ + "/mnt"; }

  void mounted(const std::vector<Mount>& mounts, const std::function<void()>& action) {
    for (const Mount& mount : mounts) mount_at(mount, target());
    action();
    unmount_all(target());
  }

  void put(const std::string& name, const std::string& text) {
    std::ofstream file(target() + "/" + name);
    file << text;
    ASSERT_TRUE(file.good() && file.flush().good()) << name;
  }
  std::string take(const std::string& name) { return read_file(AT_FDCWD, target() + "/" + name, 1000); }
  bool is_there(const std::string& name) { return find_status(AT_FDCWD, target() + "/" + name).has_value(); }

  /// Unpacks the layers and returns the chain id of the last.
  std::string unpack(const std::vector<TarBuilder>& layers, const std::string& ns = "default") {
    std::vector<Digest> diff_ids;
    for (const TarBuilder& layer : layers) diff_ids.push_back(Digest::of(layer.finish()));
    Unpack unpacking(database(), paths_, ns, GetParam(), diff_ids);
    applied_ = unpacking.missing();
    for (auto layer = applied_.rbegin(); layer != applied_.rend(); ++layer) {  // any order must do
      MemorySource source(layers[*layer].finish());
      unpacking.apply(*layer, source);
    }
    unpacking.finish();
    unpacking.place();
    write([&](state::Transaction& tx) { unpacking.record(tx); });
    unpacking.keep();
    return Snapshots(database(), paths_, ns, GetParam()).list().empty() ? "" : chain_of(diff_ids);
  }

  static std::string chain_of(const std::vector<Digest>& diff_ids) {
    std::string chain = diff_ids.front().text();
    for (std::size_t i = 1; i < diff_ids.size(); ++i) chain = Digest::of(chain + " " + diff_ids[i].text()).text();
    return chain;
  }

  /// Names beneath the snapshotter's directory.
  std::vector<std::string> on_disk() {
    return list_directory(open_at(AT_FDCWD, paths_.snapshots(GetParam()), O_RDONLY | O_DIRECTORY).get());
  }

  Paths paths_;
  std::optional<Snapshots> snapshots_;
  std::vector<std::size_t> applied_;
};

TEST_P(SnapshotterTest, PrepareWriteCommitAndStandOnIt) {
  mounted(snapshots_->prepare("a", ""), [&] { put("f", "one"); });
  snapshots_->commit("base", "a");
  EXPECT_FALSE(snapshots_->find("a"));
  EXPECT_EQ(snapshots_->stat("base").kind, Kind::committed);
  mounted(snapshots_->prepare("b", "base"), [&] {
    EXPECT_EQ(take("f"), "one");
    put("f", "two");
  });
  snapshots_->commit("top", "b");
  mounted(snapshots_->view("v", "top"), [&] {
    EXPECT_EQ(take("f"), "two");
    EXPECT_FALSE(std::ofstream(target() + "/new").good()) << "a view is read-only";
  });
  mounted(snapshots_->view("w", "base"), [&] { EXPECT_EQ(take("f"), "one"); });
  EXPECT_EQ(snapshots_->stat("top").parent, "base");
  EXPECT_EQ(told(),
            (std::vector<std::string>{"default /namespaces/create", "default /snapshot/prepare",
                                      "default /snapshot/commit", "default /snapshot/prepare",
                                      "default /snapshot/commit", "default /snapshot/view", "default /snapshot/view"}));
}

TEST_P(SnapshotterTest, ListsTakeFilters) {
  snapshots_->prepare("a", "");
  snapshots_->commit("base", "a");
  snapshots_->prepare("b", "base");
  snapshots_->view("v", "base");
  const auto keys = [&](const std::string& filter) {
    std::string text;
    for (const Info& info : snapshots_->list({filter})) text += info.key + " ";
    return text;
  };
  EXPECT_EQ(keys("kind==active"), "b ");
  EXPECT_EQ(keys("kind!=committed"), "b v ");
  EXPECT_EQ(keys("parent==base,name~=^v"), "v ");
  EXPECT_EQ(keys("parent"), "b v ");
  EXPECT_THROW(keys("kind="), Error);
}

TEST_P(SnapshotterTest, ErrorsOfTheContract) {
  snapshots_->prepare("a", "");
  EXPECT_EQ(error_of([&] { snapshots_->prepare("a", ""); }).code(), ErrorCode::already_exists);
  EXPECT_EQ(error_of([&] { snapshots_->view("a", ""); }).code(), ErrorCode::already_exists);
  EXPECT_EQ(error_of([&] { snapshots_->prepare("b", "none"); }).code(), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { snapshots_->prepare("b", "a"); }).code(), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { snapshots_->mounts("none"); }).code(), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { snapshots_->remove("none"); }).code(), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { snapshots_->commit("c", "none"); }).code(), ErrorCode::not_found);
  snapshots_->commit("c", "a");
  EXPECT_EQ(error_of([&] { snapshots_->mounts("c"); }).code(), ErrorCode::failed_precondition);
  EXPECT_EQ(error_of([&] { snapshots_->commit("d", "c"); }).code(), ErrorCode::failed_precondition);
  snapshots_->prepare("child", "c");
  EXPECT_EQ(error_of([&] { snapshots_->commit("c", "child"); }).code(), ErrorCode::already_exists);
  const Error busy = error_of([&] { snapshots_->remove("c"); });
  EXPECT_EQ(busy.code(), ErrorCode::failed_precondition);
  EXPECT_NE(std::string(busy.what()).find("cannot remove snapshot with child"), std::string::npos);
  EXPECT_EQ(error_of([] { check_snapshotter("zfs"); }).code(), ErrorCode::not_found);
}

TEST_P(SnapshotterTest, RemoveLeavesNothingOnDisk) {
  mounted(snapshots_->prepare("a", ""), [&] { put("f", "one"); });
  snapshots_->commit("base", "a");
  snapshots_->prepare("b", "base");
  snapshots_->remove("b");
  snapshots_->remove("base");
  EXPECT_TRUE(snapshots_->list().empty());
  EXPECT_TRUE(on_disk().empty());
}

TEST_P(SnapshotterTest, UsageCountsHardLinksOnce) {
  mounted(snapshots_->prepare("a", ""), [&] {
    put("f", "12345");
    std::filesystem::create_hard_link(target() + "/f", target() + "/g");
    std::filesystem::create_directory(target() + "/d");
  });
  EXPECT_EQ(snapshots_->usage("a").size_bytes, 5);
  EXPECT_EQ(snapshots_->usage("a").inodes, 3);  // root, f, d
  snapshots_->commit("base", "a");
  EXPECT_EQ(snapshots_->usage("base").inodes, 3);
  snapshots_->view("v", "base");
  EXPECT_EQ(snapshots_->usage("v").inodes, 0);
}

TEST_P(SnapshotterTest, KeysAreListedInByteOrderAndPerNamespace) {
  for (const char* key : {"b", "a", "B", "a/b"}) snapshots_->prepare(key, "");
  Snapshots(database(), paths_, "other", GetParam()).prepare("a", "");
  std::vector<std::string> keys;
  for (const Info& info : snapshots_->list()) keys.push_back(info.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"B", "a", "a/b", "b"}));
}

TEST_P(SnapshotterTest, APreparedSnapshotThatIsDroppedIsGone) {
  { const Prepared prepared = snapshots_->prepare_files(Kind::active, "a", ""); }
  EXPECT_TRUE(on_disk().empty());
  EXPECT_FALSE(snapshots_->find("a"));
}

TEST_P(SnapshotterTest, UnpackedLayersShowAsOneTree) {
  const std::string chain = unpack({
      TarBuilder().directory("./", 0750).directory("d", 0700).file("d/a", "a").file("d/b", "b").symlink("l", "d"),
      TarBuilder().file("d/.wh.a", "").file("d/c", "c").file("l/e", "e").file(".wh.none", "").hard_link("h", "d/b"),
      TarBuilder().file("d/.wh..wh..opq", "").file("d/z", "z"),
  });
  mounted(snapshots_->view("v", chain), [&] {
    EXPECT_EQ(list_directory(open_at(AT_FDCWD, target(), O_RDONLY | O_DIRECTORY).get()),
              (std::vector<std::string>{"d", "h", "l"}));
    EXPECT_EQ(list_directory(open_at(AT_FDCWD, target() + "/d", O_RDONLY | O_DIRECTORY).get()),
              std::vector<std::string>{"z"});
    EXPECT_EQ(take("h"), "b");
    EXPECT_EQ(find_status(AT_FDCWD, target())->st_mode & 07777U, 0750U);
    EXPECT_EQ(find_status(AT_FDCWD, target() + "/d")->st_mode & 07777U, 0700U);
  });
  mounted(snapshots_->prepare("rw", chain),
          [&] { EXPECT_EQ(find_status(AT_FDCWD, target())->st_mode & 07777U, 0750U) << "the root is the image's"; });
}

TEST_P(SnapshotterTest, OpaqueRootHidesAllBelow) {
  const std::string chain =
      unpack({TarBuilder().file("old", "o").directory("d").file("d/old", "o"),
              TarBuilder().file(".wh..wh..opq", "").file("new", "n"), TarBuilder().file("d/x", "x")});
  mounted(snapshots_->view("v", chain), [&] {
    EXPECT_FALSE(is_there("old"));
    EXPECT_FALSE(is_there("d/old"));
    EXPECT_EQ(take("new"), "n");
    EXPECT_EQ(take("d/x"), "x");
  });
}

TEST_P(SnapshotterTest, ASecondNamespaceSharesTheDirectories) {
  const std::vector<TarBuilder> layers{TarBuilder().file("a", "1"), TarBuilder().file("b", "2")};
  const std::string chain = unpack(layers);
  EXPECT_EQ(applied_.size(), 2U);
  const auto before = on_disk();
  EXPECT_EQ(unpack(layers, "other"), chain);
  EXPECT_TRUE(applied_.empty());
  EXPECT_EQ(on_disk(), before);
  snapshots_->remove(chain);
  EXPECT_EQ(on_disk(), before) << "the other namespace still has it";
  Snapshots other(database(), paths_, "other", GetParam());
  EXPECT_EQ(other.read_file(chain, "/b", 100), "2");
  other.remove(chain);
  EXPECT_EQ(on_disk().size(), 1U);
}

TEST_P(SnapshotterTest, AnUnpackThatIsDroppedLeavesNothing) {
  {
    const TarBuilder layer = TarBuilder().file("a", "1");
    Unpack unpacking(database(), paths_, "default", GetParam(), {Digest::of(layer.finish())});
    MemorySource source(layer.finish());
    unpacking.apply(0, source);
    unpacking.finish();
    EXPECT_EQ(on_disk().size(), 1U);
    sweep_staging(paths_);
    EXPECT_EQ(on_disk().size(), 1U) << "a living process's staging is not swept";
    unpacking.place();
  }
  EXPECT_TRUE(on_disk().empty());
  EXPECT_TRUE(snapshots_->list().empty());
}

TEST_P(SnapshotterTest, WhatDeadProcessesLeftIsSwept) {
  make_directories(paths_.snapshots(GetParam()) + "/staging-dead/fs", 0700);
  make_directories(paths_.snapshots(GetParam()) + "/77/fs", 0700);
  snapshots_->prepare("alive", "");
  unpack({TarBuilder().file("a", "1")});
  EXPECT_EQ(on_disk(), (std::vector<std::string>{"1", "2"}));
}

TEST_P(SnapshotterTest, GarbageThatCannotBeRemovedDoesNotStopAnUnpack) {
  const std::string area = paths_.snapshots(GetParam());
  for (const char* name : {"/staging-stuck", "/88"}) {
    make_directories(area + name + "/fs", 0700);
    ASSERT_EQ(mount("none", (area + name + "/fs").c_str(), "tmpfs", 0, nullptr), 0);
  }
  write_file_atomically(AT_FDCWD, area + "/staging-file", "x", 0600);
  EXPECT_NO_THROW(unpack({TarBuilder().file("a", "1")}));
  for (const char* name : {"/staging-stuck", "/88"}) unmount_all(area + name + "/fs");
}

TEST_P(SnapshotterTest, ReadFileFollowsLinksWithinTheRootOnly) {
  const std::string chain =
      unpack({TarBuilder().file("etc/passwd", "lower").symlink("abs", "/etc").symlink("up", "../../etc"),
              TarBuilder().file("etc/group", "upper").file("gone/.wh.x", "").file("big", "123456")});
  EXPECT_EQ(snapshots_->read_file(chain, "/etc/passwd", 100), "lower");
  EXPECT_EQ(snapshots_->read_file(chain, "abs/group", 100), "upper");
  EXPECT_EQ(snapshots_->read_file(chain, "up/passwd", 100), "lower");
  EXPECT_EQ(snapshots_->read_file(chain, "etc/shadow", 100), std::nullopt);
  EXPECT_EQ(snapshots_->read_file(chain, "etc", 100), std::nullopt);
  EXPECT_EQ(error_of([&] { snapshots_->read_file(chain, "big", 5); }).code(), ErrorCode::resource_exhausted);
}

TEST_P(SnapshotterTest, ChangesOfASnapshotMakeAnotherThatShowsTheSame) {
  const std::string chain =
      unpack({TarBuilder().file("a", "image's").file("b", "image's").directory("d").file("d/x", "")});
  const auto mounts = snapshots_->prepare("one", chain);
  mounted(mounts, [&] {
    put("a", "changed");
    put("new", "made");
    std::filesystem::remove(target() + "/b");
    std::filesystem::remove_all(target() + "/d");
    std::filesystem::create_directory(target() + "/d");
    put("d/y", "instead");
  });
  if (GetParam() != kDefaultSnapshotter) {
    MemorySource nothing("");
    EXPECT_THROW(snapshots_->open_changes("one"), Error);
    EXPECT_THROW(snapshots_->prepare_changed_files("two", chain, nothing), Error);
    return;
  }
  tests::MemorySink layer;
  diff::write_changes(snapshots_->open_changes("one").get(), layer);
  MemorySource source(layer.text);
  Prepared two = snapshots_->prepare_changed_files("two", chain, source);
  write([&](state::Transaction& tx) { two.record(tx); });
  two.keep();
  mounted(two.mounts(), [&] {
    EXPECT_EQ(take("a"), "changed");
    EXPECT_EQ(take("new"), "made");
    EXPECT_FALSE(is_there("b"));
    EXPECT_FALSE(is_there("d/x"));
    EXPECT_EQ(take("d/y"), "instead");
    put("more", "it is a container's own directory as any other");
  });
  // And the image has not changed.
  mounted(snapshots_->view("look", chain), [&] {
    EXPECT_EQ(take("a"), "image's");
    EXPECT_TRUE(is_there("d/x"));
  });
}

TEST_P(SnapshotterTest, ManyLayersMount) {
  std::vector<TarBuilder> layers;
  for (int i = 0; i < 130; ++i) layers.push_back(TarBuilder().file("f" + std::to_string(i), std::to_string(i)));
  const std::string chain = unpack(layers);
  mounted(snapshots_->prepare("rw", chain), [&] {
    EXPECT_EQ(take("f0"), "0");
    EXPECT_EQ(take("f129"), "129");
  });
}

INSTANTIATE_TEST_SUITE_P(All, SnapshotterTest, ::testing::Values("overlayfs", "native"));

}  // namespace
}  // namespace ctrbox::core::snapshots
