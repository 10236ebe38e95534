// Locks between processes, released by the kernel when their holder dies: never a stale lock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// flock(2) held on a file or a directory for as long as the object lives.
class FileLock {
 public:
  /// Creates `path` (0600) if needed and waits until it is ours. `cancelled`, when given, is asked about every 50 ms
  /// while waiting; true ends the wait with a canceled error. Ensures: the locked file is the one that `path` names
  /// now.
  static FileLock acquire(int directory, const std::string& path, const std::function<bool()>& cancelled = {});
  /// std::nullopt when somebody else holds it.
  static std::optional<FileLock> try_acquire(int directory, const std::string& path);
  /// Locks a directory that is there; std::nullopt when it is not, or no longer, or somebody else holds it.
  static std::optional<FileLock> try_lock_directory(int directory, const std::string& path);
  /// Makes a directory (or takes the one there is) and locks it; std::nullopt when somebody else has it, or a sweep
  /// took it for garbage in the moment before it was locked: try again.
  static std::optional<FileLock> try_make_directory(const std::string& path, mode_t mode);
  /// Locks an open file or directory; std::nullopt when somebody else holds it.
  static std::optional<FileLock> try_lock(Fd fd);

  int fd() const noexcept { return fd_.get(); }

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace ctrbox::core
