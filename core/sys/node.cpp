#include "core/sys/node.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{256} << 10;

bool made(int result, const char* what, const std::string& name) {
  if (result == 0) return true;
  if (errno == EEXIST) return false;
  throw system_error(std::string(what) + " " + name, errno);
}

void check(int result, const char* what, const std::string& name) {
  if (result != 0) throw system_error(std::string(what) + " " + name, errno);
}

}  // namespace

ThreadUmask::ThreadUmask() {
  check(unshare(CLONE_FS), "unshare", "umask");
  before_ = umask(0);
}

ThreadUmask::~ThreadUmask() { umask(before_); }

namespace node {

Fd open_directory(int parent, const std::string& name) {
  Fd fd(openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) throw system_error("open " + name, errno);
  return fd;
}

Fd create_file(int parent, const std::string& name, mode_t mode) {
  Fd fd(openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd && errno != EEXIST) throw system_error("create " + name, errno);
  return fd;
}

bool create_directory(int parent, const std::string& name, mode_t mode) {
  return made(mkdirat(parent, name.c_str(), mode), "mkdir", name);
}

bool create_symlink(int parent, const std::string& name, const std::string& target) {
  return made(symlinkat(target.c_str(), parent, name.c_str()), "symlink", name);
}

bool create_link(int from_parent, const std::string& from, int parent, const std::string& name) {
  return made(linkat(from_parent, from.c_str(), parent, name.c_str(), 0), "link", name);
}

bool create_special(int parent, const std::string& name, mode_t mode, dev_t device) {
  return made(mknodat(parent, name.c_str(), mode, device), "mknod", name);
}

void write_at(int fd, std::span<const std::byte> bytes, std::int64_t offset) {
  while (!bytes.empty()) {
    const ssize_t size = pwrite(fd, bytes.data(), bytes.size(), offset);
    if (size < 0) {
      if (errno == EINTR) continue;
      throw system_error("write", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(size));
    offset += size;
  }
}

void set_size(int fd, std::int64_t size) { check(ftruncate(fd, size), "truncate", ""); }

std::string read_link(int parent, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = readlinkat(parent, name.c_str(), target.data(), target.size());
  if (size < 0) throw system_error("readlink " + name, errno);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

void set_owner(int fd, uid_t uid, gid_t gid, const std::string& name) { check(fchown(fd, uid, gid), "chown", name); }

void set_owner_at(int parent, const std::string& name, uid_t uid, gid_t gid) {
  check(fchownat(parent, name.c_str(), uid, gid, AT_SYMLINK_NOFOLLOW), "chown", name);
}

void set_mode_at(int parent, const std::string& name, mode_t mode) {
  // fchmodat(2) cannot be told not to follow; the magic link of an O_PATH descriptor leads to the node itself.
  const Fd pinned(openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!pinned) throw system_error("open " + name, errno);
  check(chmod(("/proc/self/fd/" + std::to_string(pinned.get())).c_str(), mode), "chmod", name);
}

void set_times(int fd, const timespec& atime, const timespec& mtime, const std::string& name) {
  const timespec times[2] = {atime, mtime};
  check(futimens(fd, times), "set times of", name);
}

void set_times_at(int parent, const std::string& name, const timespec& atime, const timespec& mtime) {
  const timespec times[2] = {atime, mtime};
  check(utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW), "set times of", name);
}

namespace {

/// The bytes between two holes. copy_file_range moves them inside the kernel; where it cannot, through a buffer.
void copy_range(int from, int to, std::int64_t offset, std::int64_t end) {
  bool in_kernel = true;
  std::vector<std::byte> buffer;
  while (offset < end) {
    const auto wanted = static_cast<std::size_t>(end - offset);
    if (in_kernel) {
      off64_t in = offset;
      off64_t out = offset;
      const ssize_t size = copy_file_range(from, &in, to, &out, wanted, 0);
      if (size > 0) {
        offset += size;
        continue;
      }
      if (size == 0) throw data_loss("file became shorter while it was copied");
      if (errno == EINTR) continue;
      if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS)
        throw system_error("copy", errno);
      in_kernel = false;
      buffer.resize(kCopyBytes);
    }
    const ssize_t size = pread(from, buffer.data(), std::min(wanted, buffer.size()), offset);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw system_error("read", errno);
    if (size == 0) throw data_loss("file became shorter while it was copied");
    write_at(to, std::span(buffer).first(static_cast<std::size_t>(size)), offset);
    offset += size;
  }
}

}  // namespace

void copy_content(int from, int to, std::int64_t size) {
  if (size == 0 || ioctl(to, FICLONE, from) == 0) return;
  for (std::int64_t at = 0; at < size;) {
    std::int64_t data = lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // a hole to the end
    if (data < 0) data = at;                // the file system knows no holes
    std::int64_t hole = lseek(from, data, SEEK_HOLE);
    if (hole < 0) hole = size;
    copy_range(from, to, data, std::min(hole, size));
    at = hole;
  }
  set_size(to, size);
}

}  // namespace node
}  // namespace ctrbox::core
