// One command's own arguments: flags may stand before, between and after positionals; "--" ends flags.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commands/command.h"
#include "commands/flags/declare.h"

namespace ctrbox::commands {

/// A command with its declarations made: parse it once, or look at what it has.
class CommandLine {
 public:
  explicit CommandLine(const Command& command);
  ~CommandLine();
  CommandLine(CommandLine&&) noexcept;

  enum class Outcome { run, help };
  /// Throws UsageError, whose hint is `help_command`. Outcome::help when --help or -h was among the flags.
  Outcome parse(std::span<const std::string> arguments, const std::string& help_command);

  const Action& action() const noexcept { return action_; }
  /// What follows a raw_after command's positionals.
  const std::vector<std::string>& tail() const noexcept { return tail_; }
  std::vector<Declared> declared() const;

 private:
  std::vector<std::string> split_tail(std::span<const std::string> arguments, const std::string& help_command);

  const Command& command_;
  std::unique_ptr<CLI::App> app_;
  Action action_;
  std::vector<std::string> tail_;
};

}  // namespace ctrbox::commands
