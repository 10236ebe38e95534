// Declaring a command's flags and positionals without seeing the parser, and reading back what was declared for help,
// manuals and completion. Names are like "-q,--quiet". Targets must live as long as the App is parsed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace ctrbox::commands {

enum class Presence { required, optional };

/// On or off: "--rm", "--rm=false".
void add_switch(CLI::App& app, const std::string& names, bool& target, const std::string& summary);
/// With a value, whose word in help is `value_name`. The last one given counts.
void add_value(CLI::App& app, const std::string& names, std::string& target, const std::string& value_name,
               const std::string& summary);
/// With a value, given as often as wanted.
void add_values(CLI::App& app, const std::string& names, std::vector<std::string>& target,
                const std::string& value_name, const std::string& summary);
/// One argument, in the order of declaration; required ones first.
void add_positional(CLI::App& app, const std::string& name, std::string& target, const std::string& summary,
                    Presence presence = Presence::required);
/// All remaining arguments; at least one if required. Declared last.
void add_positionals(CLI::App& app, const std::string& name, std::vector<std::string>& target,
                     const std::string& summary, Presence presence);

/// A flag or positional as it was declared.
struct Declared {
  std::vector<std::string> short_names;  // "-q"
  std::vector<std::string> long_names;   // "--quiet"
  std::string positional;                // "REF", or "" for a flag
  std::string value_name;                // "" for a switch
  std::string summary;
  bool repeatable = false;
  bool required = false;
};

/// In the order of declaration, without --help.
std::vector<Declared> declared(const CLI::App& app);

}  // namespace ctrbox::commands
