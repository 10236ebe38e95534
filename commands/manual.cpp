#include "commands/manual.h"

#include <algorithm>
#include <vector>

#include "commands/arguments.h"
#include "commands/flags/global.h"
#include "commands/help.h"
#include "commands/lookup.h"
#include "commands/personality.h"

namespace ctrbox::commands {
namespace {

/// Text as roff prints it: no requests, no hyphens where a minus is meant.
std::string roff(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if ((c == '.' || c == '\'') && result.empty()) {
      result += std::string("\\&") + c;
    } else {
      result += c;
    }
  }
  return result;
}

std::string sentence(std::string_view text) {
  std::string result(text);
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z') result[0] = static_cast<char>(result[0] - 'a' + 'A');
  return roff(result) + ".";
}

std::string flag_entry(const Declared& flag) {
  std::string names;
  for (const std::vector<std::string>& list : {flag.short_names, flag.long_names})
    for (const std::string& name : list) names += (names.empty() ? "\\fB" : ", \\fB") + roff(name) + "\\fR";
  if (!flag.value_name.empty()) names += " \\fI" + roff(flag.value_name) + "\\fR";
  return ".TP\n" + names + "\n" + sentence(flag.summary + (flag.repeatable ? "; may be repeated" : "")) + "\n";
}

std::string examples(const Personality& personality, const Command& command) {
  std::string text;
  std::string_view rest = command.examples;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t bar = line.find(" | ");
    text += ".PP\n";
    if (bar != std::string_view::npos) text += sentence(line.substr(bar + 3)) + "\n";
    text += ".EX\n" + roff(with_program(line.substr(0, bar), personality.name)) + "\n.EE\n";
  }
  return text;
}

std::string command_section(const Personality& personality, const Command& command) {
  std::string text = ".SS \"" + roff(usage_line(personality, command)) + "\"\n" + sentence(command.summary) + "\n";
  std::string others;
  for (std::string_view other : spellings(command))
    if (other != command.path)
      others += (others.empty() ? "" : ", ") + roff(std::string(personality.name) + " " + std::string(other));
  if (!others.empty()) text += "Also: " + others + ".\n";
  if (!command.needs_root.empty()) text += "Needs root: " + roff(command.needs_root) + ".\n";
  for (const Declared& one : CommandLine(command).declared())
    if (one.positional.empty()) text += flag_entry(one);
  if (!command.notes.empty()) text += ".PP\n" + roff(command.notes) + "\n";
  return text + examples(personality, command);
}

std::string global_section() {
  std::string text = ".SH GLOBAL FLAGS\nThey stand before the command.\n";
  for (const GlobalFlag& flag : global_flags()) {
    Declared one;
    if (!flag.short_name.empty()) one.short_names = {std::string(flag.short_name)};
    one.long_names = {std::string(flag.name)};
    one.value_name = flag.value;
    one.summary = flag.summary;
    text += flag_entry(one);
  }
  return text;
}

std::string box_programs() {
  std::string text = ".SH PROGRAMS\n";
  for (const Personality& row : personalities())
    text += ".TP\n\\fB" + roff(row.name) + "\\fR\n" + sentence(row.summary) + "\n";
  return text;
}

std::string variable(const std::string& names, const std::string& meaning) {
  return ".TP\n\\fB" + names + "\\fR\n" + meaning + "\n";
}

std::string environment(const Personality& personality) {
  const bool is_daemon = !personality.default_command.empty();
  std::string text = ".SH ENVIRONMENT\n";
  text += is_daemon ? variable("CONTAINERD_ADDRESS", "Where to listen, unless \\fB\\-\\-address\\fR is given.")
                    : variable("CONTAINERD_NAMESPACE", "The namespace, unless \\fB\\-\\-namespace\\fR is given.");
  text += variable("CTRBOX_ROOT\\fR, \\fBCTRBOX_STATE",
                   "The directories, unless \\fB\\-\\-root\\fR or \\fB\\-\\-state\\fR is given.");
  if (!is_daemon) text += variable("NO_COLOR", "Progress without colour and without redrawing.");
  return text;
}

}  // namespace

std::string manual(const Personality& personality) {
  std::string upper(personality.name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  std::string text = ".\\\" Made by '" + std::string(personality.name) + " __man'; do not edit.\n";
  text += ".TH " + upper + " 1 \"\" ctrbox\n.SH NAME\n" + roff(personality.name) + " \\- " + roff(personality.summary) +
          "\n";
  text += ".SH SYNOPSIS\n";
  const bool is_box = &personality == &box();
  const bool has_globals = !is_box && personality.default_command.empty();
  text += is_box ? "\\fBctrbox\\fR \\fIPROGRAM\\fR [\\fIarguments\\fR]\n.br\n\\fBctrbox\\fR \\fICOMMAND\\fR "
                   "[\\fIarguments\\fR]\n"
                 : "\\fB" + roff(personality.name) + "\\fR " +
                       (has_globals ? "[\\fIglobal flags\\fR] \\fICOMMAND\\fR" : "[\\fICOMMAND\\fR]") +
                       " [\\fIflags\\fR] [\\fIarguments\\fR]\n";
  if (is_box) text += box_programs();
  text += ".SH COMMANDS\n";
  for (const Command& row : personality.commands) text += command_section(personality, row);
  if (has_globals) text += global_section();
  text +=
      ".SH EXIT STATUS\n0 when all is done, 1 after an error, 128 plus the signal's number when a signal ended the "
      "work.\n";
  if (find_command(personality.commands, std::vector<std::string>{"run"}))
    text +=
        "\\fBrun\\fR ends with the status of the container's process; 125, 126 and 127 are a failure to run it, a "
        "command "
        "that cannot be executed and one that does not exist.\n";
  return text + environment(personality);
}

}  // namespace ctrbox::commands
