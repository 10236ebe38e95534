// A command is a row in a personality's table and one file with one function.
// Help, completion, manuals and the tests that every command has all of these are made from the rows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace ctrbox::commands {

class Context;

/// Runs the parsed command; returns the exit status. Errors are thrown.
using Action = std::function<int(Context&)>;

/// Declares a command's flags and positionals on `app` and returns what to run once they are parsed. Called only for the
/// command that was typed (and for help, completion and manuals), so start-up does not pay for the others.
using Declare = Action (*)(CLI::App& app);

struct Command {
  std::string_view path;                      // today's spelling: "images pull"
  std::vector<std::string_view> other_paths;  // 2017's and short ones: "pull", "i pull"
  std::string_view arguments;                 // "REF", for the usage line
  std::string_view summary;                   // one line, lower case, no period
  Declare declare = nullptr;
  bool needs_root = false;                    // checked before it runs, with a message that says so
  /// From this positional on, everything is the container's command line and no flag of ours; 0 means never.
  int raw_after = 0;
};

struct Personality {
  std::string_view name;     // "ctr"
  std::string_view summary;
  std::span<const Command> commands;
};

}  // namespace ctrbox::commands
