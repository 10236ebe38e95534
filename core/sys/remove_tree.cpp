// remove_tree: how a tree of any depth goes with a bounded number of descriptors and no path longer than a name.
//
// Directories are walked by descriptor, one held per level. A directory found kMaxLevels deep is not entered but
// renamed up into the top of the tree, where a later pass meets it at level one. Each pass that does not empty a
// directory must have removed or moved something, so that the walk ends. Death in between leaves a smaller tree under
// the same name.
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr int kMaxLevels = 32;

struct CloseDirectory {
  void operator()(DIR* stream) const noexcept { closedir(stream); }
};
using Stream = std::unique_ptr<DIR, CloseDirectory>;

class TreeRemover {
 public:
  /// Returns false if there was nothing.
  bool remove(int parent, const char* name, int level, unsigned char type);

 private:
  bool remove_directory(int parent, const char* name, int level);
  bool remove_entries(DIR* stream, int level);
  void move_up(int parent, const char* name);

  int top_ = -1;  // borrowed: the descriptor of the topmost directory, while it is being emptied
};

/// Opens one directory by its name in `parent`; -1 with errno. ELOOP or ENOTDIR: not a directory. EXDEV: a mount point.
int open_child(int parent, const char* name) {
  struct open_how how {};
  how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  long fd;
  do fd = syscall(SYS_openat2, parent, name, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return static_cast<int>(fd);
}

/// Gives the owner back the permissions that emptying a directory needs. Without privilege an unreadable directory of
/// our own cannot be opened; with it this is never reached. The O_PATH descriptor pins what is changed: never a link's
/// target.
bool repair_mode(int parent, const char* name) {
  const Fd pinned(openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!pinned) return false;
  return chmod(("/proc/self/fd/" + std::to_string(pinned.get())).c_str(), 0700) == 0;
}

Fd open_for_removal(int parent, const char* name) {
  int fd = open_child(parent, name);
  if (fd < 0 && errno == EACCES && repair_mode(parent, name)) fd = open_child(parent, name);
  return Fd(fd);
}

bool unlink_or_absent(int parent, const char* name) {
  if (unlinkat(parent, name, 0) == 0) return true;
  if (errno == ENOENT) return false;
  throw system_error("remove " + std::string(name), errno);
}

bool TreeRemover::remove(int parent, const char* name, int level, unsigned char type) {
  if (type != DT_DIR) {
    if (unlinkat(parent, name, 0) == 0) return true;
    if (errno == ENOENT) return false;
    // EISDIR says so; EPERM is what POSIX and some file systems say for a directory.
    if (errno != EISDIR && errno != EPERM) throw system_error("remove " + std::string(name), errno);
    const int reason = errno;
    const std::optional<struct stat> status = find_status(parent, name);
    if (status && !S_ISDIR(status->st_mode)) throw system_error("remove " + std::string(name), reason);
  }
  return remove_directory(parent, name, level);
}

bool TreeRemover::remove_directory(int parent, const char* name, int level) {
  // An empty directory, which many are, costs one call.
  if (unlinkat(parent, name, AT_REMOVEDIR) == 0) return true;
  if (errno == ENOENT) return false;
  if (errno == ENOTDIR) return unlink_or_absent(parent, name);
  if (errno == EBUSY) throw failed_precondition("remove " + std::string(name) + ": it is a mount point or in use");
  if (level >= kMaxLevels) {
    move_up(parent, name);
    return true;
  }
  Fd directory = open_for_removal(parent, name);
  if (!directory) {
    if (errno == ENOENT) return false;
    if (errno == ELOOP || errno == ENOTDIR) return unlink_or_absent(parent, name);
    if (errno == EXDEV) throw failed_precondition("remove " + std::string(name) + ": it is a mount point");
    throw system_error("open " + std::string(name), errno);
  }
  const Stream stream(fdopendir(directory.get()));
  if (!stream) throw system_error("read directory " + std::string(name), errno);
  static_cast<void>(directory.release());  // the stream closes it
  if (level == 0) top_ = dirfd(stream.get());
  while (true) {
    const bool progress = with_context(name, [&] { return remove_entries(stream.get(), level); });
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
    if ((errno != ENOTEMPTY && errno != EEXIST) || !progress) throw system_error("remove " + std::string(name), errno);
    rewinddir(stream.get());
  }
}

/// One pass over a directory. Returns whether anything was removed or moved.
bool TreeRemover::remove_entries(DIR* stream, int level) {
  bool progress = false;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(stream);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (remove(dirfd(stream), entry->d_name, level + 1, entry->d_type)) progress = true;
  }
  if (errno != 0) throw system_error("read directory", errno);
  return progress;
}

void TreeRemover::move_up(int parent, const char* name) {
  const std::string free_name = ".removed-" + random_hex(12);
  int result = renameat(parent, name, top_, free_name.c_str());
  // Moving a directory changes its "..", so that without privilege it must be writable.
  if (result != 0 && errno == EACCES && repair_mode(parent, name))
    result = renameat(parent, name, top_, free_name.c_str());
  if (result != 0) throw system_error("rename " + std::string(name), errno);
}

}  // namespace

void remove_tree(int directory, const std::string& name) {
  std::string path = name;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const auto slash = path.rfind('/');
  const std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
  if (leaf.empty() || leaf == "." || leaf == "..") throw invalid_argument("cannot remove " + quoted(name));
  if (slash == std::string::npos) {
    TreeRemover().remove(directory, leaf.c_str(), 0, DT_UNKNOWN);
    return;
  }
  const std::string parent = path.substr(0, slash + 1);
  const std::optional<Fd> opened = find_at(directory, parent, O_PATH | O_DIRECTORY);
  if (!opened) return;
  with_context(parent, [&] { TreeRemover().remove(opened->get(), leaf.c_str(), 0, DT_UNKNOWN); });
}

}  // namespace ctrbox::core
