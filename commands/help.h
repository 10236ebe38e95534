// Help texts, made from the rows: of a program, of a noun, of a command. Lines are at most `width` columns wide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "commands/command.h"

namespace ctrbox::commands {

/// `ctr --help`: all commands by noun, the global flags.
std::string program_help(const Personality& personality, std::size_t width);
/// `ctr images`: the commands of a noun. Requires: there are some.
std::string noun_help(const Personality& personality, std::string_view noun, std::size_t width);
/// `ctr images pull --help`.
std::string command_help(const Personality& personality, const Command& command, std::size_t width);

/// "ctr images pull [flags] REF".
std::string usage_line(const Personality& personality, const Command& command);
/// `text` with "$" replaced by the program's name, for examples.
std::string with_program(std::string_view text, std::string_view program);

}  // namespace ctrbox::commands
