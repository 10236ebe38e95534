#include "commands/completion.h"

#include <set>
#include <vector>

#include "commands/arguments.h"
#include "commands/flags/global.h"
#include "commands/lookup.h"
#include "commands/personality.h"

namespace ctrbox::commands {
namespace {

using Candidates = std::set<std::string>;

/// The words before the last one, without the global flags; std::nullopt when the last word is the value of one.
std::optional<std::vector<std::string>> skip_globals(std::span<const std::string> words) {
  std::size_t next = 0;
  while (next + 1 < words.size() && words[next].size() > 1 && words[next][0] == '-') {
    bool takes_next = false;
    for (const GlobalFlag& flag : global_flags())
      takes_next = takes_next || (!flag.value.empty() && (words[next] == flag.name || words[next] == flag.short_name));
    next += takes_next ? 2 : 1;
  }
  if (next >= words.size()) return std::nullopt;
  return std::vector<std::string>(words.begin() + static_cast<std::ptrdiff_t>(next), words.end() - 1);
}

void add_next_words(const Personality& personality, const std::vector<std::string>& typed, Candidates& candidates) {
  for (const Command& row : personality.commands) {
    const std::string path(row.path);
    const std::size_t space = path.find(' ');
    if (typed.empty()) candidates.insert(path.substr(0, space));
    const bool below = typed.size() == 1 && space != std::string::npos;
    if (below && path.substr(0, space) == canonical_noun(typed[0])) candidates.insert(path.substr(space + 1));
  }
  if (typed.empty()) {
    candidates.insert("help");
    for (const Command& row : personality.commands)
      for (std::string_view other : spellings(row))
        if (other.find(' ') == std::string_view::npos) candidates.insert(std::string(other));
  }
}

void add_flags(const Command& command, Candidates& candidates) {
  candidates.insert("--help");
  for (const Declared& one : CommandLine(command).declared())
    candidates.insert(one.long_names.begin(), one.long_names.end());
}

/// What may stand where the command would: global flags, or those of the command that is meant when none is named.
void add_program_flags(const Personality& personality, Candidates& candidates) {
  for (const Command& row : personality.commands)
    if (row.path == personality.default_command) return add_flags(row, candidates);
  for (const GlobalFlag& global : global_flags()) candidates.insert(std::string(global.name));
}

}  // namespace

std::string complete(const Personality& personality, std::span<const std::string> words) {
  if (words.empty()) return "";
  const std::string& current = words.back();
  const auto typed = skip_globals(words);
  Candidates candidates;
  if (typed) {
    const auto found = find_command(personality.commands, *typed);
    const bool flag = current.starts_with("-");
    if (found && flag) add_flags(*found->command, candidates);
    if (!found && !flag) add_next_words(personality, *typed, candidates);
    if (typed->empty() && flag) add_program_flags(personality, candidates);
    if (typed->empty() && &personality == &box() && !flag)
      for (const Personality& row : personalities())
        if (row.entry == nullptr) candidates.insert(std::string(row.name));
  }
  std::string text;
  for (const std::string& candidate : candidates)
    if (candidate.starts_with(current)) text += candidate + "\n";
  return text;
}

}  // namespace ctrbox::commands
