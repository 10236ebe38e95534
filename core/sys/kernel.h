// What the running kernel is and what it lets this process hand on. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ctrbox::core {

/// As uname -r prints it: "6.1.0-18-amd64".
std::string kernel_release();
/// The capabilities in this process's bounding set, bit n for number n: no descendant can have others.
std::uint64_t capability_bounds() noexcept;
bool has_apparmor() noexcept;

}  // namespace ctrbox::core
