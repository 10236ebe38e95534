// A command is a row in a personality's table and one file with one function.
// Help, completion, manuals and the tests that every command has all of these are made from the rows. Rows are
// constants: a table costs nothing at start-up. A command that is not built yet has no row.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace ctrbox::commands {

class Context;

/// Runs the parsed command; returns the exit status. Errors are thrown.
using Action = std::function<int(Context&)>;

/// Declares a command's flags and positionals on `app` and returns what to run once they are parsed. Called only for
/// the command that was typed (and for help, completion and manuals), so start-up does not pay for the others.
/// Repeatable flags and lists of positionals are declared with flags/declare.h.
using Declare = Action (*)(CLI::App& app);

struct Command {
  std::string_view path;                          // today's spelling: "images pull"
  std::array<std::string_view, 4> other_paths{};  // 2017's and short ones: {"pull"}; noun aliases are added by lookup
  std::string_view arguments{};                   // "REF", for the usage line
  std::string_view summary{};                     // one line, lower case, no period
  Declare declare = nullptr;
  /// Why it needs root ("it mounts file systems and starts runc"), shown to a user who is not; "" when it does not.
  std::string_view needs_root{};
  /// After this many positionals, or after a "--" that follows at least one, everything is the container's command
  /// line, given verbatim as Context::tail(); one "--" in front of it is dropped. 0 means never.
  int raw_after = 0;
  /// Exit status when ctrbox itself fails. Commands that pass a process's status on have one of their own (125).
  int failure_status = 1;
  /// What a user must know beyond the flags: sentences, one paragraph.
  std::string_view notes{};
  /// True if it writes until nobody reads any more: a closed pipe is its end, not a failure.
  bool endless = false;
  /// Lines "command | what it does", for help and manuals; "$" stands for the program.
  std::string_view examples{};
};

/// A word that several commands begin with, its other spellings (good for all of them), and what it is about.
struct Noun {
  std::string_view name;
  std::array<std::string_view, 3> others{};
  std::string_view summary{};
};

struct Personality {
  std::string_view name;  // "ctr"
  std::string_view summary{};
  std::span<const Command> commands;
  /// The row that is meant when no command is named: its flags are then the program's ("containerd --config FILE").
  /// Such a program has no global flags.
  std::string_view default_command{};
  /// Set for a personality that is no table of commands (shim): it gets argv as main() does, argv[0] its own name.
  int (*entry)(int argc, char** argv) = nullptr;
};

}  // namespace ctrbox::commands
