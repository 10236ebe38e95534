// Ingests, and why at most one process works on each.
//
// The right to touch the directory <hex> is the lock of the file "lock" in it. A directory goes away in two steps, both
// under that lock: it is renamed to <hex>.<random>, and then emptied and removed. So a directory that still has its
// name also has its lock file, and a process that has waited for the lock of a directory which went away meanwhile sees
// that <hex> is not the directory it opened (or that nothing can be created there any more), and starts over with a new
// one. Death between the two steps leaves a directory with a free lock, which a sweep takes for what it is.
#include <fcntl.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/content/store.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"

namespace ctrbox::core::content {
namespace {

constexpr const char* kLock = "lock";
constexpr const char* kData = "data";
constexpr const char* kRef = "ref";
constexpr mode_t kBlobMode = 0444;

/// True if `name` in `root` is the very directory that `fd` is open on.
bool is_named(int root, const std::string& name, int fd) {
  const auto named = find_status(root, name);
  const struct stat opened = status_of(fd);
  return named && named->st_dev == opened.st_dev && named->st_ino == opened.st_ino;
}

/// Requires: the caller holds the lock in the directory.
void retire(int root, const std::string& name) {
  const std::string away = name.substr(0, name.find('.')) + "." + random_hex(8);
  rename_at(root, name, root, away);
  remove_tree(root, away);
}

/// Opens the directory of an ingest, making it if needed. What is no directory goes.
Fd open_directory(int root, const std::string& name) {
  const auto status = find_status(root, name);
  if (status && !S_ISDIR(status->st_mode)) remove_file(root, name);
  make_directory(root, name, 0700);
  Fd directory = open_at(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const auto lock = find_status(directory.get(), kLock);
  if (lock && !S_ISREG(lock->st_mode)) remove_tree(directory.get(), kLock);
  return directory;
}

/// A new empty file in the place of whatever has the name.
Fd create_file(int directory, const std::string& path) {
  remove_tree(directory, path);
  return open_at(directory, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
}

void sweep(int root, const std::string& name) {
  const auto status = find_status(root, name);
  if (!status) return;
  if (!S_ISDIR(status->st_mode)) {
    remove_file(root, name);
    return;
  }
  const Fd directory = open_at(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const auto lock = FileLock::try_acquire(directory.get(), kLock);
  if (lock && is_named(root, name, directory.get())) retire(root, name);
}

}  // namespace

Ingest::Ingest(Paths paths, std::string ref, std::string directory, FileLock lock)
    : paths_(std::move(paths)), ref_(std::move(ref)), directory_(std::move(directory)), lock_(std::move(lock)) {}

void Ingest::write(std::span<const std::byte> data) {
  with_context("ingest " + ref_, [&] { write_all(data_.get(), data); });
  offset_ += static_cast<std::int64_t>(data.size());
}

void Ingest::restart() {
  data_ = create_file(AT_FDCWD, directory_ + "/" + kData);
  offset_ = 0;
}

void Ingest::place(const Digest& digest) {
  place_and_hold(digest);
  discard();
}

void Ingest::place_and_hold(const Digest& digest) {
  const std::string blob = paths_.blob(digest);
  const std::string algorithm = blob.substr(0, blob.rfind('/'));
  if (!find_status(AT_FDCWD, algorithm)) {
    make_directory(AT_FDCWD, algorithm, 0700);
    const std::string blobs = algorithm.substr(0, algorithm.rfind('/'));
    sync_file(open_at(AT_FDCWD, blobs, O_RDONLY | O_DIRECTORY).get(), blobs);
  }
  change_mode(data_.get(), kBlobMode, directory_);
  failpoint("content.place.before_rename");
  rename_at(AT_FDCWD, directory_ + "/" + kData, AT_FDCWD, blob);
  failpoint("content.place.after_rename");
  data_.reset();
}

void Ingest::discard() {
  data_.reset();
  offset_ = 0;
  const Fd root = open_at(AT_FDCWD, paths_.ingest(), O_RDONLY | O_DIRECTORY);
  retire(root.get(), directory_.substr(directory_.rfind('/') + 1));
}

Ingest Store::begin(const std::string& ref, const std::function<bool()>& cancelled) const {
  if (ref.empty()) throw invalid_argument("an ingest must have a reference");
  const Fd root = open_at(AT_FDCWD, paths_.ingest(), O_RDONLY | O_DIRECTORY);
  const std::string name(Digest::of(ref).hex());
  while (true) {
    try {
      const Fd directory = open_directory(root.get(), name);
      FileLock lock = FileLock::acquire(directory.get(), kLock, cancelled);
      if (!is_named(root.get(), name, directory.get())) continue;
      write_all(create_file(directory.get(), kRef).get(), ref);
      Ingest ingest(paths_, ref, paths_.ingest() + "/" + name, std::move(lock));
      ingest.restart();
      return ingest;
    } catch (const Error& error) {
      // The directory went away under our hands; EEXIST: between mkdir and the look at what was in its way.
      if (error.sys_errno() != ENOENT && error.sys_errno() != EEXIST) throw;
    }
  }
}

void Store::sweep_ingests() const {
  const Fd root = open_at(AT_FDCWD, paths_.ingest(), O_RDONLY | O_DIRECTORY);
  for (const std::string& name : list_directory(root.get())) {
    try {
      sweep(root.get(), name);
    } catch (const Error& error) {
      log::debug("sweeping ingest " + name + ": " + error.what());
    }
  }
}

}  // namespace ctrbox::core::content
