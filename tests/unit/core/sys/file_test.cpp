#include "core/sys/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/base/error.h"
#include "support/temp_dir.h"

namespace ctrbox::core {
namespace {

using test::TempDir;

template <typename Action>
int errno_of(Action action) {
  try {
    action();
    return 0;
  } catch (const Error& error) {
    return error.sys_errno();
  }
}

Fd directory_of(const TempDir& temp) { return open_at(AT_FDCWD, temp.path(), O_RDONLY | O_DIRECTORY); }

void put(const std::string& path, std::string_view content) {
  write_all(open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600).get(), content);
}

mode_t mode_of(const std::string& path) { return find_status(AT_FDCWD, path).value().st_mode & 07777; }

TEST(File, DescriptorsAreClosedOnExec) {
  const TempDir temp;
  put(temp.path("f"), "x");
  EXPECT_EQ(fcntl(open_at(AT_FDCWD, temp.path("f"), O_RDONLY).get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(fcntl(open_beneath(directory_of(temp).get(), "f", O_RDONLY).get(), F_GETFD), FD_CLOEXEC);
}

TEST(File, FindGivesNothingOnlyForWhatIsNotThere) {
  const TempDir temp;
  put(temp.path("f"), "x");
  EXPECT_FALSE(find_at(AT_FDCWD, temp.path("absent"), O_RDONLY));
  EXPECT_TRUE(find_at(AT_FDCWD, temp.path("f"), O_RDONLY));
  EXPECT_EQ(errno_of([&] { find_at(AT_FDCWD, temp.path("f/x"), O_RDONLY); }), ENOTDIR);
  EXPECT_EQ(errno_of([&] { open_at(AT_FDCWD, temp.path("absent"), O_RDONLY); }), ENOENT);
}

TEST(File, OpenBeneathDoesNotLeaveTheDirectory) {
  const TempDir temp;
  make_directory(AT_FDCWD, temp.path("in"), 0700);
  put(temp.path("secret"), "s");
  put(temp.path("in/f"), "f");
  ASSERT_EQ(symlink("../secret", temp.path("in/up").c_str()), 0);
  ASSERT_EQ(symlink("/etc/passwd", temp.path("in/absolute").c_str()), 0);
  ASSERT_EQ(symlink("f", temp.path("in/fine").c_str()), 0);
  const Fd in = open_at(AT_FDCWD, temp.path("in"), O_RDONLY | O_DIRECTORY);
  for (const char* name : {"../secret", "up", "absolute", "/etc/passwd"})
    EXPECT_EQ(errno_of([&] { open_beneath(in.get(), name, O_RDONLY); }), EXDEV) << name;
  EXPECT_EQ(read_all(open_beneath(in.get(), "fine", O_RDONLY).get(), 10, "fine"), "f");
}

TEST(File, ReadsAFileWholeOrNotAtAll) {
  const TempDir temp;
  const std::string content(100'000, 'c');
  put(temp.path("f"), content);
  EXPECT_EQ(read_file(AT_FDCWD, temp.path("f"), content.size()), content);
  EXPECT_THROW(read_file(AT_FDCWD, temp.path("f"), content.size() - 1), Error);
  put(temp.path("empty"), "");
  EXPECT_EQ(read_file(AT_FDCWD, temp.path("empty"), 0), "");
  EXPECT_THROW(read_file(AT_FDCWD, "/dev/zero", 10'000), Error);
}

TEST(File, AtomicWriteReplacesAndLeavesNothingElse) {
  const TempDir temp;
  const Fd directory = directory_of(temp);
  const mode_t mask = umask(077);
  write_file_atomically(directory.get(), "f", "one", 0644);
  write_file_atomically(AT_FDCWD, temp.path("f"), "two", 0640);
  umask(mask);
  EXPECT_EQ(read_file(directory.get(), "f", 10), "two");
  EXPECT_EQ(mode_of(temp.path("f")), 0640U);
  EXPECT_EQ(list_directory(directory.get()), std::vector<std::string>{"f"});
}

TEST(File, FailedAtomicWriteLeavesNoTemporaryFile) {
  const TempDir temp;
  make_directory(AT_FDCWD, temp.path("d"), 0700);
  const Fd directory = directory_of(temp);
  EXPECT_EQ(errno_of([&] { write_file_atomically(directory.get(), "d", "x", 0600); }), EISDIR);
  EXPECT_EQ(list_directory(directory.get()), std::vector<std::string>{"d"});
}

TEST(File, DirectoriesAreMadeWithExactModes) {
  const TempDir temp;
  const mode_t mask = umask(077);
  make_directories(temp.path("a/b/c"), 0711);
  make_directory(AT_FDCWD, temp.path("a/b/c"), 0700);
  umask(mask);
  EXPECT_EQ(mode_of(temp.path("a/b/c")), 0711U);
  put(temp.path("f"), "");
  EXPECT_EQ(errno_of([&] { make_directory(AT_FDCWD, temp.path("f"), 0700); }), EEXIST);
  EXPECT_EQ(errno_of([&] { make_directories(temp.path("f/x"), 0700); }), ENOTDIR);
}

TEST(File, RenameWithoutReplacingSaysSo) {
  const TempDir temp;
  const Fd directory = directory_of(temp);
  put(temp.path("a"), "a");
  put(temp.path("b"), "b");
  EXPECT_FALSE(rename_without_replacing(directory.get(), "a", directory.get(), "b"));
  EXPECT_TRUE(rename_without_replacing(directory.get(), "a", directory.get(), "c"));
  EXPECT_EQ(list_directory(directory.get()), (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(read_file(directory.get(), "b", 10), "b");
}

TEST(File, ListingIsSortedAndRepeatable) {
  const TempDir temp;
  const Fd directory = directory_of(temp);
  for (const char* name : {"b", "a", ".hidden"}) put(temp.path(name), "");
  const std::vector<std::string> names = {".hidden", "a", "b"};
  EXPECT_EQ(list_directory(directory.get()), names);
  EXPECT_EQ(list_directory(directory.get()), names);
}

TEST(File, RemoveFileTellsWhetherThereWasOne) {
  const TempDir temp;
  put(temp.path("f"), "");
  const Fd directory = directory_of(temp);
  EXPECT_TRUE(remove_file(directory.get(), "f"));
  EXPECT_FALSE(remove_file(directory.get(), "f"));
}

}  // namespace
}  // namespace ctrbox::core
