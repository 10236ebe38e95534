#include "core/sys/directory_watch.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kReadBytes = 4096;  // room for any one notification, whatever the file's name

Fd new_inotify() {
  Fd fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (fd) return fd;
  if (errno == EMFILE)
    throw resource_exhausted(
        "watching the state: too many watchers or open files (fs.inotify.max_user_instances bounds the former)");
  throw system_error("watching the state", errno);
}

}  // namespace

DirectoryWatch::DirectoryWatch(const std::string& directory, Wakes wakes) : fd_(new_inotify()) {
  std::uint32_t events = IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR;
  if (wakes == Wakes::written) events |= IN_MODIFY | IN_CREATE | IN_MOVED_TO;
  if (inotify_add_watch(fd_.get(), directory.c_str(), events) < 0) throw system_error("watching " + directory, errno);
}

void DirectoryWatch::drain() {
  std::array<std::byte, kReadBytes> buffer;
  while (try_read(fd_.get(), buffer).value_or(0) > 0) {
  }
}

void wake_watchers(const std::string& path) {
  try {
    open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
  } catch (const Error&) {
    if (utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) != 0) throw;
  }
}

}  // namespace ctrbox::core
