// A private directory for an image of memory on its way between criu and content: <root>/checkpoints/<random>, 0700.
// On disk and not beneath the state, which is memory itself on most hosts: such an image is as large as what it is of.
//
// Ensures after crash: it is locked for as long as its maker lives; what is not is swept by the next one that is made.
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "core/sys/lock.h"

namespace ctrbox::runtime {

class Scratch {
 public:
  explicit Scratch(const core::Paths& paths);
  /// Removes it.
  ~Scratch();
  Scratch(Scratch&& other) noexcept;
  Scratch& operator=(Scratch&&) = delete;

  const std::string& path() const noexcept { return path_; }
  int fd() const noexcept { return lock_.fd(); }

 private:
  Scratch(std::string path, core::FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  static Scratch make(const core::Paths& paths);

  std::string path_;  // "" once it was moved from
  core::FileLock lock_;
};

}  // namespace ctrbox::runtime
