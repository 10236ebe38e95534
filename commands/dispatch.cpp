#include "commands/dispatch.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "commands/arguments.h"
#include "commands/completion.h"
#include "commands/context.h"
#include "commands/errors.h"
#include "commands/help.h"
#include "commands/lookup.h"
#include "commands/manual.h"
#include "commands/personality.h"
#include "commands/ui/stream.h"
#include "commands/version.h"
#include "core/base/log.h"
#include "core/sys/interrupt.h"
#include "core/sys/pty.h"

namespace ctrbox::commands {
namespace {

constexpr int kFailure = 1;
constexpr std::size_t kMinHelpWidth = 60;
constexpr std::size_t kMaxHelpWidth = 120;

std::size_t help_width() {
  const std::optional<core::WindowSize> window = core::window_size(STDOUT_FILENO);
  if (!window || window->columns == 0) return kMaxHelpWidth;
  return std::clamp<std::size_t>(window->columns, kMinHelpWidth, kMaxHelpWidth);
}

std::string base_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

UsageError unknown_command(const Personality& personality, const std::vector<std::string>& words) {
  std::string typed = words[0];
  const bool noun = !commands_of(personality.commands, words[0]).empty();
  if (noun && words.size() > 1) typed += " " + words[1];
  const std::string meant = suggest(personality.commands, words);
  std::string message = "unknown command " + core::quoted(typed);
  if (!meant.empty()) message += "; did you mean " + core::quoted(meant) + "?";
  const std::string program(personality.name);
  return {message, noun ? program + " " + words[0] + " --help" : program + " --help"};
}

/// The help that `words` ask for: of a command, a noun or, without words, the program.
std::string help_for(const Personality& personality, const std::vector<std::string>& words) {
  if (words.empty()) return program_help(personality, help_width());
  if (const auto found = find_command(personality.commands, words))
    return command_help(personality, *found->command, help_width());
  const bool is_noun = !commands_of(personality.commands, words[0]).empty();
  if (is_noun && words.size() == 1) return noun_help(personality, words[0], help_width());
  throw unknown_command(personality, words);
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

/// "help images pull", "images help pull", "images --help" as {"images", "pull"} or {"images"}; std::nullopt if no help
/// is asked for before a command is complete.
std::optional<std::vector<std::string>> help_words(const Personality& personality, std::vector<std::string> words) {
  if (words.empty()) return words;
  if (asks_for_help(words[0])) {
    words.erase(words.begin());
    return words;
  }
  const bool is_noun = !commands_of(personality.commands, words[0]).empty();
  if (!is_noun || find_command(personality.commands, words)) return std::nullopt;
  if (words.size() == 1) return words;
  if (!asks_for_help(words[1])) return std::nullopt;
  words.erase(words.begin() + 1);
  return words;
}

/// "snapshots --snapshotter native ls", as containerd's own ctr wants it, with the flag where the command has it.
void move_noun_flags(std::vector<std::string>& words) {
  if (words.size() < 3 || canonical_noun(words[0]) != "snapshots" || !words[1].starts_with("--snapshotter")) return;
  const std::ptrdiff_t flag_words = words[1].find('=') == std::string::npos ? 2 : 1;
  if (std::ssize(words) <= flag_words + 1) return;
  std::rotate(words.begin() + 1, words.begin() + 1 + flag_words, words.begin() + 2 + flag_words);
}

void check_root(const Command& command) {
  if (command.needs_root.empty() || geteuid() == 0) return;
  throw core::permission_denied(std::string(command.path) + " needs root: " + std::string(command.needs_root) +
                                " (try sudo)");
}

int run_command(const Personality& personality, const Found& found, ParsedGlobals globals, FdStream& out,
                FdStream& err) {
  const std::string program(personality.name);
  const bool is_default = found.command->path == personality.default_command;
  const std::string help_command = program + (is_default ? "" : " " + std::string(found.command->path)) + " --help";
  CommandLine line(*found.command);
  const std::span<const std::string> arguments = std::span(globals.rest).subspan(found.words);
  if (line.parse(arguments, help_command) == CommandLine::Outcome::help) {
    out << command_help(personality, *found.command, help_width());
    return 0;
  }
  check_root(*found.command);
  if (globals.flags.debug) core::log::set_level(core::log::Level::debug);
  core::catch_interrupts();
  core::limit_time(globals.flags.timeout_seconds);
  Context context(program, std::move(globals.flags), out, err);
  context.set_tail(line.tail());
  return line.action()(context);
}

/// As run_command, with the status that the command has for failures of ours.
int try_command(const Personality& personality, const Found& found, ParsedGlobals globals, FdStream& out,
                FdStream& err) {
  try {
    const int status = run_command(personality, found, std::move(globals), out, err);
    if (found.command->endless && out.error() == EPIPE) out.abandon();
    return status;
  } catch (...) {
    out.flush();
    const int status = report_current_error(std::string(personality.name), err);
    return status == kFailure ? found.command->failure_status : status;
  }
}

/// Whether the arguments begin with a command, or ask for help or the version.
bool names_command(const Personality& personality, std::span<const std::string> arguments) {
  if (arguments.empty()) return false;
  const std::string& first = arguments.front();
  if (asks_for_help(first) || first == "--version" || first == "-v") return true;
  return !commands_of(personality.commands, first).empty() ||
         find_command(personality.commands, {arguments.begin(), arguments.begin() + 1}).has_value();
}

/// The default command, given all arguments.
int run_default(const Personality& personality, std::span<const std::string> arguments, FdStream& out, FdStream& err) {
  const std::vector<std::string> words = {std::string(personality.default_command)};
  const auto found = find_command(personality.commands, words);
  ParsedGlobals globals;
  globals.rest = words;
  globals.rest.insert(globals.rest.end(), arguments.begin(), arguments.end());
  return try_command(personality, *found, std::move(globals), out, err);
}

int run_personality(const Personality& personality, std::span<const std::string> arguments, FdStream& out,
                    FdStream& err) {
  if (!arguments.empty() && arguments[0] == "__complete") {
    out << complete(personality, arguments.subspan(1));
    return 0;
  }
  if (!arguments.empty() && arguments[0] == "__man") {
    out << manual(personality);
    return 0;
  }
  if (!personality.default_command.empty() && !names_command(personality, arguments))
    return run_default(personality, arguments, out, err);
  ParsedGlobals globals = parse_globals(std::string(personality.name), arguments);
  if (globals.version) {
    out << personality.name << " (ctrbox) " << version() << "\n";
    return 0;
  }
  if (globals.help) globals.rest.insert(globals.rest.begin(), "--help");
  move_noun_flags(globals.rest);
  if (const auto words = help_words(personality, globals.rest)) {
    out << help_for(personality, *words);
    return 0;
  }
  const auto found = find_command(personality.commands, globals.rest);
  if (!found) throw unknown_command(personality, globals.rest);
  return try_command(personality, *found, std::move(globals), out, err);
}

/// What is still buffered, written; a failed write of data is a failed command. A closed pipe is nobody's news.
int finish_output(const std::string& program, int status, FdStream& out, FdStream& err) {
  out.flush();
  const int error = out.error();
  if (error == 0) return status;
  if (error != EPIPE) err << program << ": " << describe(core::system_error("writing to stdout", error)) << "\n";
  return status == 0 ? kFailure : status;
}

int run(const Personality& personality, std::span<const std::string> arguments) {
  FdStream out(STDOUT_FILENO);
  FdStream err(STDERR_FILENO);
  err << std::unitbuf;
  const std::string program(personality.name);
  int status = kFailure;
  try {
    status = run_personality(personality, arguments, out, err);
  } catch (...) {
    out.flush();
    status = report_current_error(program, err);
  }
  return finish_output(program, status, out, err);
}

}  // namespace

int dispatch(int argc, char** argv) noexcept {
  try {
    const Personality* personality = argc > 0 ? find_personality(base_name(argv[0])) : nullptr;
    if (personality == nullptr && argc > 1) {
      personality = find_personality(argv[1]);
      if (personality != nullptr) {
        --argc;
        ++argv;
      }
    }
    if (personality == nullptr) personality = &box();
    if (personality->entry != nullptr) return personality->entry(argc, argv);
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
    return run(*personality, arguments);
  } catch (...) {
    return kFailure;
  }
}

}  // namespace ctrbox::commands
