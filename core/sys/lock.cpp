#include "core/sys/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr std::chrono::milliseconds kFirstPause{1};
constexpr std::chrono::milliseconds kLongestPause{50};

Fd open_for_lock(int directory, const std::string& path) {
  try {
    return open_at(directory, path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
  } catch (const Error& error) {
    if (error.sys_errno() != EISDIR) throw;
    return open_at(directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  }
}

/// Returns false if somebody else has the lock.
bool try_flock(int fd, const std::string& what) {
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    if (errno != EINTR) throw system_error("locking " + what, errno);
  }
  return true;
}

void wait_for_flock(int fd, const std::string& path, const std::function<bool()>& cancelled) {
  if (!cancelled) {
    while (flock(fd, LOCK_EX) != 0)
      if (errno != EINTR) throw system_error("locking " + path, errno);
    return;
  }
  for (auto pause = kFirstPause; !try_flock(fd, path); pause = std::min(pause * 2, kLongestPause)) {
    if (cancelled()) throw canceled("interrupted while another process has the lock " + path);
    std::this_thread::sleep_for(pause);
  }
}

/// A holder may have removed or replaced the file while we waited: a lock on a file without a name excludes nobody.
bool still_names(int directory, const std::string& path, int fd) {
  const std::optional<struct stat> named = find_status(directory, path);
  if (!named) return false;
  const struct stat locked = status_of(fd);
  return named->st_dev == locked.st_dev && named->st_ino == locked.st_ino;
}

}  // namespace

FileLock FileLock::acquire(int directory, const std::string& path, const std::function<bool()>& cancelled) {
  while (true) {
    Fd fd = open_for_lock(directory, path);
    wait_for_flock(fd.get(), path, cancelled);
    if (still_names(directory, path, fd.get())) return FileLock(std::move(fd));
  }
}

std::optional<FileLock> FileLock::try_acquire(int directory, const std::string& path) {
  while (true) {
    Fd fd = open_for_lock(directory, path);
    if (!try_flock(fd.get(), path)) return std::nullopt;
    if (still_names(directory, path, fd.get())) return FileLock(std::move(fd));
  }
}

std::optional<FileLock> FileLock::try_lock_directory(int directory, const std::string& path) {
  auto fd = find_at(directory, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd || !try_flock(fd->get(), path) || !still_names(directory, path, fd->get())) return std::nullopt;
  return FileLock(std::move(*fd));
}

std::optional<FileLock> FileLock::try_make_directory(const std::string& path, mode_t mode) {
  try {
    make_directory(AT_FDCWD, path, mode);
  } catch (const Error& error) {
    if (error.sys_errno() != ENOENT) throw;
    return std::nullopt;
  }
  return try_lock_directory(AT_FDCWD, path);
}

std::optional<FileLock> FileLock::try_lock(Fd fd) {
  if (!try_flock(fd.get(), "file descriptor " + std::to_string(fd.get()))) return std::nullopt;
  return FileLock(std::move(fd));
}

}  // namespace ctrbox::core
