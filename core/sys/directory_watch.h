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
  /// Throws core::Error, resource_exhausted if the kernel has no more watches to give (fs.inotify.max_user_instances).
  explicit DirectoryWatch(const std::string& directory);

  /// Readable when something has happened since the last drain().
  int fd() const noexcept { return fd_.get(); }
  /// Forgets what has happened; what happens from now on makes fd() readable again. Never blocks.
  void drain();

 private:
  Fd fd_;
};

/// Opens `path` for writing (making it, 0600, if needed) and closes it: watchers of its directory wake. Nothing is
/// written. Throws core::Error.
void open_and_close(const std::string& path);

}  // namespace ctrbox::core
