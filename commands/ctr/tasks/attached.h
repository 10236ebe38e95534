// What the commands that stay with a process have in common: their flags, and how it ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands/context.h"
#include "runtime/task/client_io.h"
#include "runtime/task/task.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

struct AttachFlags {
  std::string detach_keys;  // with a terminal only: without one, what is typed is data
  bool signals = true;
  AttachFlags();
};

/// --detach-keys, --sig-proxy.
void add_attach_flags(CLI::App& app, AttachFlags& flags);
/// Throws invalid_argument (keys).
runtime::AttachOptions attach_options(const AttachFlags& flags, bool terminal);

/// Throws invalid_argument if standard input is no terminal.
void require_terminal(const std::string& why);

/// The exit status for what stay_attached() or run_attached() returned. That the user left is told on stderr.
int attached_status(Context& context, const std::optional<runtime::ExitStatus>& exit, const std::string& id);

/// Removes a task that has ended. One that its policy starts again stays, and one that is gone already is no error.
void remove_ended(runtime::Task& task);

/// The exit status of a process that could not be started: 126 or 127, told on stderr. Rethrows what is our own
/// failure. Call only inside a catch block.
int start_failure_status(Context& context, const core::Error& error);

}  // namespace ctrbox::commands
