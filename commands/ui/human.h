// Numbers as people read them, in containerd's spellings. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ctrbox::commands {

/// 1024-based, one decimal: "0.0 B", "72.7 MiB".
std::string binary_size(double bytes);
/// 1000-based, four significant digits: "527 B", "72.7 MB".
std::string decimal_size(std::int64_t bytes);
/// "Less than a second", "5 seconds", "About a minute", "3 weeks". A negative age (the clock was set back) is none.
std::string age_in_words(std::int64_t nanoseconds);

}  // namespace ctrbox::commands
