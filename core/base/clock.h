// Wall-clock time as it is stored and shown. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ctrbox::core {

/// UTC nanoseconds since 1970, as every *_at column holds them.
using UnixNanos = std::int64_t;

UnixNanos now_ns();

/// RFC 3339 in UTC with as many digits of the fraction as are not zero: "2017-07-28T22:19:51.832013043Z".
std::string to_rfc3339(UnixNanos time);

}  // namespace ctrbox::core
