// Going on in the background: the process that was started ends when its successor is ready, with its verdict.
// Thread: the only one there is. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

class Background {
 public:
  /// Returns in a new process, in a session of its own, in /, with /dev/null as its standard input and output. The old
  /// one waits for ready() and exits with 0, or with this process's status if that ends before. Requires: no other
  /// thread, nothing open that must not be in two processes. Throws core::Error in the old process.
  static Background enter();

  /// Lets the old process go. From now on standard error is the file `log`, which begins anew. Throws core::Error.
  void ready(const std::string& log);

 private:
  explicit Background(Fd waiting) : waiting_(std::move(waiting)) {}
  Fd waiting_;  // the old process reads its other end
};

}  // namespace ctrbox::core
