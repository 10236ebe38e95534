// A line that is typed without being shown: a password. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace ctrbox::core {

/// Reads up to the end of the line, which is not part of the result, with the terminal's echo off if `fd` is a
/// terminal; the echo is back on whatever happens. `cancelled` is asked at least ten times a second. Throws canceled,
/// resource_exhausted beyond max_bytes, invalid_argument at the end of input.
std::string read_silent_line(int fd, std::size_t max_bytes, const std::function<bool()>& cancelled);

}  // namespace ctrbox::core
