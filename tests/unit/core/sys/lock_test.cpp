#include "core/sys/lock.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <future>
#include <thread>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "support/temp_dir.h"

namespace ctrbox::core {
namespace {

using test::TempDir;

TEST(FileLock, ExcludesUntilItDies) {
  const TempDir temp;
  {
    const FileLock held = FileLock::acquire(AT_FDCWD, temp.path("lock"));
    EXPECT_FALSE(FileLock::try_acquire(AT_FDCWD, temp.path("lock")));
    EXPECT_FALSE(FileLock::try_lock(open_at(AT_FDCWD, temp.path("lock"), O_RDONLY)));
  }
  EXPECT_TRUE(FileLock::try_acquire(AT_FDCWD, temp.path("lock")));
  EXPECT_EQ(find_status(AT_FDCWD, temp.path("lock")).value().st_mode & 07777, 0600U);
}

TEST(FileLock, WorksOnDirectories) {
  const TempDir temp;
  const FileLock held = FileLock::acquire(AT_FDCWD, temp.path());
  EXPECT_FALSE(FileLock::try_acquire(AT_FDCWD, temp.path()));
}

TEST(FileLock, WaitingEndsWhenCancelled) {
  const TempDir temp;
  const FileLock held = FileLock::acquire(AT_FDCWD, temp.path("lock"));
  int asked = 0;
  try {
    FileLock::acquire(AT_FDCWD, temp.path("lock"), [&] { return ++asked == 3; });
    FAIL() << "two have the lock";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::canceled);
  }
  EXPECT_EQ(asked, 3);
}

TEST(FileLock, WhoWaitedForARemovedFileLocksTheNewOne) {
  const TempDir temp;
  const std::string path = temp.path("lock");
  std::optional<FileLock> held = FileLock::acquire(AT_FDCWD, path);
  std::promise<void> waiting;
  std::atomic<bool> announced = false;
  auto waiter = std::async(std::launch::async, [&] {
    return FileLock::acquire(AT_FDCWD, path, [&] {
      if (!announced.exchange(true)) waiting.set_value();
      return false;
    });
  });
  waiting.get_future().wait();
  ASSERT_TRUE(remove_file(AT_FDCWD, path));
  held.reset();
  const FileLock second = waiter.get();
  EXPECT_EQ(find_status(AT_FDCWD, path).value().st_ino, status_of(second.fd()).st_ino);
  EXPECT_FALSE(FileLock::try_acquire(AT_FDCWD, path));
}

TEST(FileLock, HoldsAmongManyThreads) {
  const TempDir temp;
  int counter = 0;  // not atomic on purpose: the lock is what guards it
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const FileLock lock = FileLock::acquire(AT_FDCWD, temp.path("lock"));
        const int seen = counter;
        std::this_thread::yield();
        counter = seen + 1;
        if (round % 10 == 0) remove_file(AT_FDCWD, temp.path("lock"));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, 400);
}

}  // namespace
}  // namespace ctrbox::core
