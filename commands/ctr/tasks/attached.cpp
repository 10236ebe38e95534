#include "commands/ctr/tasks/attached.h"

#include <unistd.h>

#include "commands/errors.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/sys/pty.h"
#include "runtime/task/detach_keys.h"
#include "runtime/task/start_failure.h"

namespace ctrbox::commands {

AttachFlags::AttachFlags() : detach_keys(runtime::kDefaultDetachKeys) {}

void add_attach_flags(CLI::App& app, AttachFlags& flags) {
  add_value(app, "--detach-keys", flags.detach_keys, "KEYS",
            "keys that leave a terminal, the process going on; ctrl-p,ctrl-q when left out, '' for none");
  add_switch(app, "--sig-proxy", flags.signals, "pass signals on to the process (the default); =false: leave it");
}

runtime::AttachOptions attach_options(const AttachFlags& flags, bool terminal) {
  runtime::AttachOptions options;
  options.terminal = terminal;
  const std::string keys = runtime::parse_detach_keys(flags.detach_keys);
  if (terminal) options.detach_keys = keys;
  options.forward_signals = flags.signals;
  return options;
}

void require_terminal(const std::string& why) {
  if (!core::is_terminal(STDIN_FILENO))
    throw core::invalid_argument(why + " needs a terminal on standard input, and there is none");
}

int attached_status(Context& context, const std::optional<runtime::ExitStatus>& exit, const std::string& id) {
  if (exit) return static_cast<int>(exit->status);
  context.err() << context.program() << ": detached from " << core::escape_for_terminal(id) << "\n";
  return 0;
}

void remove_ended(runtime::Task& task) {
  try {
    task.remove();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found && error.code() != core::ErrorCode::failed_precondition) throw;
  }
}

int start_failure_status(Context& context, const core::Error& error) {
  const int failure = runtime::exit_code_of_start_failure(error);
  if (failure == runtime::kExitOurs) throw;
  report_current_error(context.program(), context.err());
  return failure;
}

}  // namespace ctrbox::commands
