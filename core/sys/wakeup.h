// A descriptor by which one thread wakes another's event loop. Thread: signal() from any, the rest from the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/fd.h"

namespace ctrbox::core {

class Wakeup {
 public:
  Wakeup();
  /// Readable after signal() until taken with answer().
  int fd() const noexcept { return fd_.get(); }
  void signal() noexcept;
  void answer() noexcept;

 private:
  Fd fd_;
};

}  // namespace ctrbox::core
