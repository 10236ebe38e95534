// "Something in this control group ran out of memory", as a descriptor for an event loop. Nothing is polled: the kernel
// makes it readable. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

class OomNotice {
 public:
  /// Version 1: `group` is a directory of the memory controller. Throws core::Error.
  static OomNotice version1(const std::string& group);
  /// Version 2: `group` is a directory of cgroup2 whose memory controller is on. Throws core::Error.
  static OomNotice version2(const std::string& group);

  /// Readable when take() has something to look at; also when the group was removed.
  int fd() const noexcept { return fd_.get(); }
  /// Whether the group ran out of memory since the last take(). Never blocks.
  bool take();
  /// Whether the group is still there: when not, there is nothing to wait for any more.
  bool is_alive() const;

 private:
  OomNotice(std::string group, Fd fd, bool counts);
  std::uint64_t kills() const;

  std::string group_;
  Fd fd_;
  bool counts_;  // version 2: a change of the file may be any of its counters
  std::uint64_t seen_ = 0;
};

}  // namespace ctrbox::core
