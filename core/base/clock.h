// Wall-clock time as it is stored and shown. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctrbox::core {

/// UTC nanoseconds since 1970, as every *_at column holds them.
using UnixNanos = std::int64_t;

UnixNanos now_ns();

/// RFC 3339 in UTC with as many digits of the fraction as are not zero: "2017-07-28T22:19:51.832013043Z".
std::string to_rfc3339(UnixNanos time);
/// As Go prints a time, and containerd's ctr with it: "2017-07-28 22:19:51.832013043 +0000 UTC".
std::string to_go_text(UnixNanos time);
/// Reads both forms, with a "T" or a blank, seconds and fraction or not, and "Z", "+02:00", "+0000 UTC" or nothing
/// (which is UTC) at the end; or a date alone. std::nullopt for anything else.
std::optional<UnixNanos> parse_time(std::string_view text);

}  // namespace ctrbox::core
