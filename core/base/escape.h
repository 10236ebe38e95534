// Text from outside made harmless for a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::core {

/// Returns `text` with C0, C1, DEL, U+2028/2029, bidirectional controls and invalid UTF-8 written as \xNN or \u{N}.
/// Newlines and tabs are escaped too: the result is one line.
std::string escape_for_terminal(std::string_view text);

}  // namespace ctrbox::core
