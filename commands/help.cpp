#include "commands/help.h"

#include <algorithm>
#include <vector>

#include "commands/arguments.h"
#include "commands/flags/global.h"
#include "commands/lookup.h"
#include "commands/personality.h"
#include "commands/ui/table.h"

namespace ctrbox::commands {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kGap = 2;
constexpr std::size_t kWidestName = 36;  // longer names stand on a line of their own

struct Entry {
  std::string name;
  std::string text;
};

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string result;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (column > indent && column + 1 + display_width(word) > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += display_width(word);
  }
  return result;
}

std::string entries(const std::vector<Entry>& list, std::size_t width) {
  std::size_t name_width = 0;
  for (const Entry& entry : list)
    if (entry.name.size() <= kWidestName) name_width = std::max(name_width, entry.name.size());
  const std::size_t text_column = kIndent + name_width + kGap;
  std::string result;
  for (const Entry& entry : list) {
    result += std::string(kIndent, ' ') + entry.name;
    if (entry.name.size() > name_width) {
      result += "\n" + std::string(text_column, ' ');
    } else {
      result += std::string(text_column - kIndent - entry.name.size(), ' ');
    }
    result += wrapped(entry.text, text_column, width) + "\n";
  }
  return result;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string result;
  for (const std::string& word : words) {
    if (!result.empty()) result += separator;
    result += word;
  }
  return result;
}

std::string sentence(std::string_view summary) {
  std::string text(summary);
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text + ".";
}

std::string flag_name(const Declared& flag) {
  std::vector<std::string> names = flag.short_names;
  names.insert(names.end(), flag.long_names.begin(), flag.long_names.end());
  const std::string value = flag.value_name.empty() ? "" : " " + flag.value_name;
  return (flag.short_names.empty() ? "    " : "") + joined(names, ", ") + value;
}

std::string global_flag_section(std::size_t width) {
  std::vector<Entry> list;
  for (const GlobalFlag& flag : global_flags()) {
    std::string name = flag.short_name.empty() ? "    " : std::string(flag.short_name) + ", ";
    name += flag.name;
    if (!flag.value.empty()) name += " " + std::string(flag.value);
    list.push_back({name, std::string(flag.summary)});
  }
  return "\nGlobal flags:\n" + entries(list, width);
}

std::string example_section(const Personality& personality, const Command& command) {
  std::string result;
  std::string_view rest = command.examples;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t bar = line.find(" | ");
    if (bar != std::string_view::npos) result += "  # " + std::string(line.substr(bar + 3)) + "\n";
    result += "  " + with_program(line.substr(0, bar), personality.name) + "\n";
  }
  return result.empty() ? "" : "\nExamples:\n" + result;
}

std::string other_spellings(const Personality& personality, const Command& command) {
  std::vector<std::string> others;
  for (std::string_view other : spellings(command))
    if (other != command.path) others.push_back(std::string(personality.name) + " " + std::string(other));
  return others.empty() ? "" : "Also: " + joined(others, ", ") + "\n";
}

std::string noun_title(const Noun& noun) {
  std::vector<std::string> others;
  for (std::string_view other : noun.others)
    if (!other.empty()) others.emplace_back(other);
  std::string title(noun.summary);
  if (!others.empty()) title += " (also " + joined(others, ", ") + ")";
  return title;
}

std::vector<Entry> entries_of(const std::vector<const Command*>& rows) {
  std::vector<Entry> list;
  for (const Command* row : rows) list.push_back({std::string(row->path), std::string(row->summary)});
  return list;
}

std::string commands_by_noun(const Personality& personality, std::size_t width) {
  std::vector<const Command*> plain;
  for (const Command& row : personality.commands)
    if (row.path.find(' ') == std::string_view::npos) plain.push_back(&row);
  std::string text;
  if (!plain.empty()) text += "\nCommands:\n" + entries(entries_of(plain), width);
  for (const Noun& noun : nouns()) {
    const std::vector<const Command*> rows = commands_of(personality.commands, noun.name);
    if (!rows.empty())
      text += "\n" + wrapped(sentence(noun_title(noun)), 0, width) + "\n" + entries(entries_of(rows), width);
  }
  return text;
}

/// Of a program that is a command itself: that command's help, and then the others.
std::string default_help(const Personality& personality, std::size_t width) {
  std::vector<Entry> others;
  std::string text;
  for (const Command& row : personality.commands) {
    if (row.path == personality.default_command) {
      text = command_help(personality, row, width);
    } else {
      others.push_back({std::string(personality.name) + " " + std::string(row.path), std::string(row.summary)});
    }
  }
  return text + "\nCommands:\n" + entries(others, width);
}

}  // namespace

std::string with_program(std::string_view text, std::string_view program) {
  std::string result;
  for (char c : text) {
    if (c == '$') {
      result += program;
    } else {
      result += c;
    }
  }
  return result;
}

std::string usage_line(const Personality& personality, const Command& command) {
  bool has_flags = false;
  for (const Declared& one : CommandLine(command).declared()) has_flags = has_flags || one.positional.empty();
  std::string line(personality.name);
  if (command.path != personality.default_command) line += " " + std::string(command.path);
  if (has_flags) line += " [flags]";
  if (!command.arguments.empty()) line += " " + std::string(command.arguments);
  return line;
}

std::string program_help(const Personality& personality, std::size_t width) {
  const std::string program(personality.name);
  std::string text = program + ": " + std::string(personality.summary) + "\n\n";
  if (&personality == &box()) {
    text += "Usage: ctrbox PROGRAM [arguments]\n       ctrbox COMMAND [arguments]\n";
    std::vector<Entry> programs;
    for (const Personality& row : personalities())
      programs.push_back({std::string(row.name), std::string(row.summary)});
    text += "\nPrograms, also by the name ctrbox is called with (ctrbox install makes the links):\n" +
            entries(programs, width);
    return text + commands_by_noun(personality, width) + "\nSee 'ctrbox PROGRAM --help' for a program.\n";
  }
  if (!personality.default_command.empty()) return text + default_help(personality, width);
  text += "Usage: " + program + " [global flags] COMMAND [flags] [arguments]\n";
  text += commands_by_noun(personality, width) + global_flag_section(width);
  return text + "\nSee '" + program + " COMMAND --help' for one command.\n";
}

std::string noun_help(const Personality& personality, std::string_view noun_word, std::size_t width) {
  const std::string_view name = canonical_noun(noun_word);
  const std::string program(personality.name);
  std::string text;
  for (const Noun& noun : nouns())
    if (noun.name == name) text = wrapped(sentence(noun_title(noun)), 0, width) + "\n\n";
  text += "Usage: " + program + " [global flags] " + std::string(name) + " COMMAND [flags] [arguments]\n\nCommands:\n";
  text += entries(entries_of(commands_of(personality.commands, name)), width);
  return text + "\nSee '" + program + " " + std::string(name) + " COMMAND --help' for one command.\n";
}

std::string command_help(const Personality& personality, const Command& command, std::size_t width) {
  std::string text = "Usage: " + usage_line(personality, command) + "\n" + other_spellings(personality, command) + "\n";
  text += wrapped(sentence(command.summary), 0, width) + "\n";
  std::vector<Entry> arguments, flags;
  for (const Declared& one : CommandLine(command).declared()) {
    if (!one.positional.empty()) {
      arguments.push_back({one.positional, one.summary});
    } else {
      flags.push_back({flag_name(one), one.summary + (one.repeatable ? " (may be repeated)" : "")});
    }
  }
  if (!arguments.empty()) text += "\nArguments:\n" + entries(arguments, width);
  if (!flags.empty()) text += "\nFlags:\n" + entries(flags, width);
  if (!command.notes.empty()) text += "\n" + wrapped(command.notes, 0, width) + "\n";
  if (!command.needs_root.empty()) text += "\nNeeds root: " + std::string(command.needs_root) + ".\n";
  return text + example_section(personality, command);
}

}  // namespace ctrbox::commands
