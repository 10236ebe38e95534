// The names this executable answers to: ctrbox itself and the programs inside it. Constant tables. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "commands/command.h"

namespace ctrbox::commands {

/// ctr, dist, shim, containerd and its shim, in the order in which they are listed.
std::span<const Personality> personalities() noexcept;

/// ctrbox under its own name: what is not a personality's (install, version).
const Personality& box() noexcept;

/// Null if `name` is none of them.
const Personality* find_personality(std::string_view name) noexcept;

/// The nouns of all tables, with their aliases.
std::span<const Noun> nouns() noexcept;

// The tables, each in its folder, sorted by path.
std::span<const Command> ctr_commands() noexcept;
std::span<const Command> dist_commands() noexcept;
std::span<const Command> containerd_commands() noexcept;
std::span<const Command> box_commands() noexcept;

}  // namespace ctrbox::commands
