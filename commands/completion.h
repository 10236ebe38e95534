// What a shell offers for the word being typed: commands and flags, from the rows. Asked by completions/ctrbox.bash.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "commands/command.h"

namespace ctrbox::commands {

/// `words` are what stands after the program, the last one being typed (perhaps empty). Returns the candidates, one a
/// line; none where only the user knows (a name, a file).
std::string complete(const Personality& personality, std::span<const std::string> words);

}  // namespace ctrbox::commands
