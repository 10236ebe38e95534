// Where a process's output is to go, as a client names it: a fifo's path, or a URI (containerd's Runtime v2):
//   fifo:///path   file:///path   binary:///path?argument=value&…
// Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime::shim {

struct LogUri {
  enum class Kind { fifo, file, binary };
  Kind kind = Kind::fifo;
  std::string path;                    // absolute
  std::vector<std::string> arguments;  // of a binary: key, value, key, value
};

/// Throws invalid_argument: an unknown scheme, a path that is not absolute, a bad escape.
LogUri parse_log_uri(std::string_view text);

}  // namespace ctrbox::runtime::shim
