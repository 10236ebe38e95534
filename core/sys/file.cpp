#include "core/sys/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/scope_exit.h"

namespace ctrbox::core {
namespace {

/// Calls `call` again as long as a signal interrupts it.
template <typename Call>
auto retry_interrupted(Call call) {
  decltype(call()) result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

int open_raw(int directory, const std::string& path, int flags, mode_t mode) {
  return retry_interrupted([&] { return openat(directory, path.c_str(), flags | O_CLOEXEC, mode); });
}

/// The directory part of a path: "." if it has none.
std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

struct CloseDirectory {
  void operator()(DIR* stream) const noexcept { closedir(stream); }
};

bool is_directory(int directory, const std::string& path) {
  struct stat status {};
  return fstatat(directory, path.c_str(), &status, 0) == 0 && S_ISDIR(status.st_mode);
}

// Returns -1 with errno set when it fails.
int open_resolved(int directory, const std::string& path, int flags, mode_t mode, std::uint64_t resolve) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  // EAGAIN: the kernel saw a rename on the way and cannot promise that the path stayed beneath; asking again is the
  // cure.
  constexpr int kMaxAttempts = 128;
  long fd = -1;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    fd = retry_interrupted([&] { return syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how); });
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return static_cast<int>(fd);
}

}  // namespace

Fd open_at(int directory, const std::string& path, int flags, mode_t mode) {
  const int fd = open_raw(directory, path, flags, mode);
  if (fd < 0) throw system_error("open " + path, errno);
  return Fd(fd);
}

std::optional<Fd> find_at(int directory, const std::string& path, int flags) {
  const int fd = open_raw(directory, path, flags, 0);
  if (fd >= 0) return Fd(fd);
  if (errno == ENOENT) return std::nullopt;
  throw system_error("open " + path, errno);
}

Fd open_beneath(int directory, const std::string& path, int flags, mode_t mode) {
  const int fd = open_resolved(directory, path, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
  if (fd < 0) throw system_error("open " + path, errno);
  return Fd(fd);
}

std::optional<Fd> find_real_directory(int directory, const std::string& path) {
  const int fd =
      open_resolved(directory, path, O_PATH | O_DIRECTORY, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
  if (fd >= 0) return Fd(fd);
  if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EXDEV) return std::nullopt;
  throw system_error("open " + path, errno);
}

std::optional<Fd> find_in_root(int directory, const std::string& path, int flags) {
  const int fd = open_resolved(directory, path, flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (fd >= 0) return Fd(fd);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error("open " + path, errno);
}

std::size_t read_some(int fd, std::span<std::byte> buffer) {
  const ssize_t count = retry_interrupted([&] { return read(fd, buffer.data(), buffer.size()); });
  if (count < 0) throw system_error("read", errno);
  return static_cast<std::size_t>(count);
}

std::size_t read_at(int fd, off_t offset, std::span<std::byte> buffer) {
  std::size_t used = 0;
  while (used < buffer.size()) {
    const auto rest = buffer.subspan(used);
    const ssize_t count =
        retry_interrupted([&] { return pread(fd, rest.data(), rest.size(), offset + static_cast<off_t>(used)); });
    if (count < 0) throw system_error("read", errno);
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  return used;
}

void write_all(int fd, std::span<const std::byte> data) {
  while (!data.empty()) {
    const ssize_t count = retry_interrupted([&] { return write(fd, data.data(), data.size()); });
    if (count < 0) throw system_error("write", errno);
    data = data.subspan(static_cast<std::size_t>(count));
  }
}

void write_all(int fd, std::string_view text) { write_all(fd, std::as_bytes(std::span(text.data(), text.size()))); }

std::string read_file(int directory, const std::string& path, std::size_t max_bytes) {
  return read_all(open_at(directory, path, O_RDONLY).get(), max_bytes, path);
}

std::string read_all(int fd, std::size_t max_bytes, const std::string& what) {
  constexpr std::size_t kFirstRead = 4096;
  const off_t expected = status_of(fd).st_size;  // 0 for /proc, pipes and their kin
  std::string text;
  std::size_t used = 0;
  while (true) {
    if (used == text.size()) {
      if (used > max_bytes) throw resource_exhausted(what + ": larger than " + std::to_string(max_bytes) + " bytes");
      const std::size_t wanted =
          used == 0 ? std::max(kFirstRead, static_cast<std::size_t>(std::max<off_t>(expected, 0)) + 1) : used * 2;
      text.resize(std::min(wanted, max_bytes + 1));
    }
    const std::span<char> free(text.data() + used, text.size() - used);
    const std::size_t count = with_context(what, [&] { return read_some(fd, std::as_writable_bytes(free)); });
    if (count == 0) break;
    used += count;
  }
  if (used > max_bytes) throw resource_exhausted(what + ": larger than " + std::to_string(max_bytes) + " bytes");
  text.resize(used);
  return text;
}

void write_file_atomically(int directory, const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = path + "." + random_hex(8);
  const Fd file = open_at(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  ScopeExit remove_temporary([&] { unlinkat(directory, temporary.c_str(), 0); });
  with_context(temporary, [&] { write_all(file.get(), content); });
  change_mode(file.get(), mode, temporary);
  sync_file(file.get(), temporary);
  rename_at(directory, temporary, directory, path);
  remove_temporary.release();
  const std::string parent = parent_of(path);
  sync_file(open_at(directory, parent, O_RDONLY | O_DIRECTORY).get(), parent);
}

struct stat status_of(int fd) {
  struct stat status {};
  if (fstat(fd, &status) != 0) throw system_error("stat file descriptor " + std::to_string(fd), errno);
  return status;
}

std::optional<struct stat> find_status(int directory, const std::string& path) {
  struct stat status {};
  if (fstatat(directory, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw system_error("stat " + path, errno);
}

void make_directory(int directory, const std::string& path, mode_t mode) {
  if (mkdirat(directory, path.c_str(), mode) != 0) {
    const int reason = errno;
    if (reason == EEXIST && is_directory(directory, path)) return;
    throw system_error("mkdir " + path, reason);
  }
  if (fchmodat(directory, path.c_str(), mode, 0) != 0) throw system_error("chmod " + path, errno);
}

void make_directories(const std::string& path, mode_t mode) {
  constexpr mode_t kParentMode = 0755;
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string parent = path.substr(0, slash);
    if (mkdir(parent.c_str(), kParentMode) == 0 || is_directory(AT_FDCWD, parent)) continue;
    throw system_error("mkdir " + parent, errno == ENOENT || errno == EEXIST ? ENOTDIR : errno);
  }
  if (!path.empty() && path.back() != '/') make_directory(AT_FDCWD, path, mode);
}

void change_mode(int fd, mode_t mode, const std::string& what) {
  if (fchmod(fd, mode) != 0) throw system_error("chmod " + what, errno);
}

void rename_at(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  if (renameat(from_directory, from.c_str(), to_directory, to.c_str()) != 0)
    throw system_error("rename " + from + " to " + to, errno);
}

bool rename_without_replacing(int from_directory, const std::string& from, int to_directory, const std::string& to) {
  if (renameat2(from_directory, from.c_str(), to_directory, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  throw system_error("rename " + from + " to " + to, errno);
}

void sync_file(int fd, const std::string& what) {
  // fdatasync leaves out metadata that reading the data does not need: for a directory that may be the new name itself.
  const bool directory = S_ISDIR(status_of(fd).st_mode);
  const int result = retry_interrupted([&] { return directory ? fsync(fd) : fdatasync(fd); });
  if (result != 0) throw system_error("sync " + what, errno);
}

void sync_filesystem(int fd, const std::string& what) {
  if (syncfs(fd) != 0) throw system_error("sync the file system of " + what, errno);
}

std::vector<std::string> list_directory(int directory) {
  Fd own = open_at(directory, ".", O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, CloseDirectory> stream(fdopendir(own.get()));
  if (!stream) throw system_error("read directory", errno);
  static_cast<void>(own.release());  // the stream closes it
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw system_error("read directory", errno);
  std::sort(names.begin(), names.end());
  return names;
}

bool remove_file(int directory, const std::string& name) {
  if (unlinkat(directory, name.c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  throw system_error("remove " + name, errno);
}

}  // namespace ctrbox::core
