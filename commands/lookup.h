// From typed words to a row of a table. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commands/command.h"

namespace ctrbox::commands {

struct Found {
  const Command* command = nullptr;
  std::size_t words = 0;  // how many of the typed words are its name
};

/// "i", "image" and "images" are "images"; another word is itself.
std::string_view canonical_noun(std::string_view word) noexcept;

/// The row whose spelling, today's or another, is the longest beginning of `words`.
std::optional<Found> find_command(std::span<const Command> table, std::span<const std::string> words);

/// Every spelling of the rows that begin with this noun (given in any spelling); empty if there are none.
std::vector<const Command*> commands_of(std::span<const Command> table, std::string_view noun);

/// The candidate nearest to `word`, when it is near enough to be what was meant; "" otherwise.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// What the user probably meant by words that name no command: "images pull"; "" when nothing is near.
std::string suggest(std::span<const Command> table, std::span<const std::string> words);

/// Today's spelling and every other one, without the aliases of nouns.
std::vector<std::string_view> spellings(const Command& command);

}  // namespace ctrbox::commands
