// Errors as users see them: one line, the class named where containerd names it, nothing a terminal would obey.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>
#include <stdexcept>
#include <string>

#include "core/base/error.h"

namespace ctrbox::commands {

/// The command line is wrong. `hint` is the help to look at: "ctr images pull --help".
class UsageError : public std::runtime_error {
 public:
  UsageError(const std::string& message, std::string hint) : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string hint_;
};

/// The text of an error without the program's name: context, message and, for the classes containerd names, ": <class>"
/// unless the text says it already. Escaped: one line.
std::string describe(const core::Error& error);

/// Prints the exception being handled as "<program>: <text>" and returns the exit status: 1, or 128 + n after signal n.
/// Call only inside a catch block.
int report_current_error(const std::string& program, std::ostream& err) noexcept;

}  // namespace ctrbox::commands
