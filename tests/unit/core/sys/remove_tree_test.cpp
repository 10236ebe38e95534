#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "support/temp_dir.h"

namespace ctrbox::core {
namespace {

using test::TempDir;

bool exists(const std::string& path) { return find_status(AT_FDCWD, path).has_value(); }

void touch(int directory, const std::string& name) { open_at(directory, name, O_WRONLY | O_CREAT, 0600); }

/// A chain of `depth` directories, each with a file, made by descriptor since no path could name its end.
void make_chain(const std::string& top, int depth) {
  make_directory(AT_FDCWD, top, 0700);
  const std::string name(200, 'n');
  Fd current = open_at(AT_FDCWD, top, O_RDONLY | O_DIRECTORY);
  for (int level = 0; level < depth; ++level) {
    touch(current.get(), "file");
    make_directory(current.get(), name, 0700);
    current = open_at(current.get(), name, O_RDONLY | O_DIRECTORY);
  }
}

TEST(RemoveTree, AbsentIsFine) {
  const TempDir temp;
  remove_tree(AT_FDCWD, temp.path("absent"));
  remove_tree(AT_FDCWD, temp.path("absent/too"));
  EXPECT_TRUE(exists(temp.path()));
}

TEST(RemoveTree, TakesFilesLinksAndWideDirectories) {
  const TempDir temp;
  make_directories(temp.path("t/a/b"), 0700);
  const Fd a = open_at(AT_FDCWD, temp.path("t/a"), O_RDONLY | O_DIRECTORY);
  touch(a.get(), "f");
  for (int i = 0; i < 5000; ++i)  // links: new names are cheap where new files are not
    ASSERT_EQ(linkat(a.get(), "f", a.get(), ("f" + std::to_string(i)).c_str(), 0), 0);
  for (int i = 0; i < 100; ++i) make_directory(a.get(), "d" + std::to_string(i), 0700);
  ASSERT_EQ(mkfifo(temp.path("t/fifo").c_str(), 0600), 0);
  remove_tree(AT_FDCWD, temp.path("t/"));
  EXPECT_FALSE(exists(temp.path("t")));
  touch(AT_FDCWD, temp.path("file"));
  remove_tree(AT_FDCWD, temp.path("file"));
  EXPECT_FALSE(exists(temp.path("file")));
}

TEST(RemoveTree, NeverFollowsALink) {
  const TempDir temp;
  make_directories(temp.path("outside/kept"), 0700);
  touch(AT_FDCWD, temp.path("outside/file"));
  make_directory(AT_FDCWD, temp.path("t"), 0700);
  ASSERT_EQ(symlink("../outside", temp.path("t/link").c_str()), 0);
  ASSERT_EQ(symlink(temp.path("outside").c_str(), temp.path("top").c_str()), 0);
  remove_tree(AT_FDCWD, temp.path("t"));
  remove_tree(AT_FDCWD, temp.path("top"));
  EXPECT_FALSE(exists(temp.path("t")));
  EXPECT_FALSE(exists(temp.path("top")));
  EXPECT_TRUE(exists(temp.path("outside/file")));
  EXPECT_TRUE(exists(temp.path("outside/kept")));
}

TEST(RemoveTree, ReachesDeeperThanAPathCanNameWithFewDescriptors) {
  const TempDir temp;
  make_chain(temp.path("t"), 100);  // 20 kB of path, where PATH_MAX is 4 kB
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{.rlim_cur = 64, .rlim_max = before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_NO_THROW(remove_tree(AT_FDCWD, temp.path("t")));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(exists(temp.path("t")));
}

TEST(RemoveTree, TakesDirectoriesWithoutPermissions) {
  const TempDir temp;
  make_directories(temp.path("t/work/work"), 0700);
  touch(AT_FDCWD, temp.path("t/work/work/x"));
  ASSERT_EQ(chmod(temp.path("t/work/work").c_str(), 0), 0);
  ASSERT_EQ(chmod(temp.path("t/work").c_str(), 0), 0);
  remove_tree(AT_FDCWD, temp.path("t"));
  EXPECT_FALSE(exists(temp.path("t")));
}

TEST(RemoveTree, DoesNotEnterAMount) {
  const TempDir temp;
  make_directories(temp.path("outside"), 0700);
  touch(AT_FDCWD, temp.path("outside/file"));
  make_directories(temp.path("t/a/mounted"), 0700);
  if (mount(temp.path("outside").c_str(), temp.path("t/a/mounted").c_str(), nullptr, MS_BIND, nullptr) != 0)
    GTEST_SKIP() << "no permission to mount";
  EXPECT_THROW(remove_tree(AT_FDCWD, temp.path("t")), Error);
  EXPECT_THROW(remove_tree(AT_FDCWD, temp.path("t/a/mounted")), Error);
  ASSERT_EQ(umount2(temp.path("t/a/mounted").c_str(), MNT_DETACH), 0);
  EXPECT_TRUE(exists(temp.path("outside/file")));
  remove_tree(AT_FDCWD, temp.path("t"));
  EXPECT_FALSE(exists(temp.path("t")));
}

TEST(RemoveTree, RefusesNamesThatAreNoEntry) {
  for (const char* name : {"", "/", ".", "..", "a/..", "a/."}) EXPECT_THROW(remove_tree(AT_FDCWD, name), Error) << name;
}

}  // namespace
}  // namespace ctrbox::core
