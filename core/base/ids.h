// Identifiers: containerd's rule for container, task and exec ids, and random names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::core {

/// Alphanumeric runs joined by exactly one of . _ -, at most 76 bytes. Throws invalid_argument.
void check_identifier(std::string_view text);
/// `bytes` random bytes as lower-case hex (getrandom).
std::string random_hex(int bytes);

}  // namespace ctrbox::core
