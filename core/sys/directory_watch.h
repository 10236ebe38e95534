// "Some file in this directory was let go by somebody who could write to it": the kernel's inotify, as a descriptor.
//
// The kernel says so too when a process is killed, so a dying writer cannot fail to be noticed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

class DirectoryWatch {
 public:
  /// What wakes: that a writer let go of a file, or also that something was written, made or renamed.
  enum class Wakes { closed, written };

  /// Throws core::Error, resource_exhausted if the kernel has no more watches to give (fs.inotify.max_user_instances).
  explicit DirectoryWatch(const std::string& directory, Wakes wakes = Wakes::closed);

  /// Readable when something has happened since the last drain().
  int fd() const noexcept { return fd_.get(); }
  /// Forgets what has happened; what happens from now on makes fd() readable again. Never blocks.
  void drain();

 private:
  Fd fd_;
};

/// Wakes the watchers of the directory of `path`: opens that file for writing (making it, 0600, if needed) and closes
/// it. Nothing is written. Without a descriptor to spare the file's times are changed instead. Throws core::Error.
void wake_watchers(const std::string& path);

}  // namespace ctrbox::core
