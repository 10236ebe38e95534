// Text from outside made harmless for a terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::core {

/// Returns `text` with C0, C1, DEL, U+2028/2029, bidirectional controls and invalid UTF-8 written as \xNN or \u{N}.
/// Newlines and tabs are escaped too: the result is one line.
std::string escape_for_terminal(std::string_view text);

/// The same for a JSON text: what escape_for_terminal would change stands as \uNNNN, so that it stays JSON of the same
/// meaning. Requires: `json` is valid UTF-8, as every JSON writer's output is.
std::string escape_json_for_terminal(std::string_view json);

}  // namespace ctrbox::core
