#include "commands/lookup.h"

#include <algorithm>
#include <numeric>

#include "commands/personality.h"

namespace ctrbox::commands {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> words;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(' '), path.size());
    words.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return words;
}

bool begins_with(std::span<const std::string> typed, const std::vector<std::string_view>& path) {
  if (typed.size() < path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool is_noun = i == 0 && path.size() > 1;
    if ((is_noun ? canonical_noun(typed[i]) : std::string_view(typed[i])) != path[i]) return false;
  }
  return true;
}

/// Insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string_view canonical_noun(std::string_view word) noexcept {
  for (const Noun& noun : nouns()) {
    if (word == noun.name) return noun.name;
    for (std::string_view other : noun.others)
      if (!other.empty() && word == other) return noun.name;
  }
  return word;
}

std::vector<std::string_view> spellings(const Command& command) {
  std::vector<std::string_view> all = {command.path};
  for (std::string_view other : command.other_paths)
    if (!other.empty()) all.push_back(other);
  return all;
}

std::optional<Found> find_command(std::span<const Command> table, std::span<const std::string> words) {
  Found best;
  for (const Command& row : table) {
    for (std::string_view spelling : spellings(row)) {
      const std::vector<std::string_view> path = split(spelling);
      if (path.size() > best.words && begins_with(words, path)) best = {&row, path.size()};
    }
  }
  if (best.command == nullptr) return std::nullopt;
  return best;
}

std::vector<const Command*> commands_of(std::span<const Command> table, std::string_view noun) {
  std::vector<const Command*> rows;
  for (const Command& row : table) {
    const std::vector<std::string_view> path = split(row.path);
    if (path.size() > 1 && path.front() == canonical_noun(noun)) rows.push_back(&row);
  }
  return rows;
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kMaxWord = 64;  // the cost is quadratic, and nobody mistypes more
  if (word.size() > kMaxWord) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const bool begun = candidate.starts_with(word);
    // A word of one or two letters is near to everything: then only a longer word that begins with it counts.
    if (word.size() < 3 && !begun) continue;
    const std::size_t distance = begun ? 1 : edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggest(std::span<const Command> table, std::span<const std::string> words) {
  if (words.empty()) return "";
  std::vector<std::string> first_words, second_words;
  const std::string_view noun = canonical_noun(words[0]);
  for (const Command& row : table) {
    for (std::string_view spelling : spellings(row)) {
      const std::vector<std::string_view> path = split(spelling);
      first_words.emplace_back(path[0]);
      if (path.size() > 1 && path[0] == noun) second_words.emplace_back(path[1]);
    }
  }
  if (second_words.empty()) return nearest(words[0], first_words);
  if (words.size() < 2) return "";
  const std::string verb = nearest(words[1], second_words);
  return verb.empty() ? "" : std::string(noun) + " " + verb;
}

}  // namespace ctrbox::commands
