#include <fcntl.h>

#include <memory>
#include <optional>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/attached.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/flags/pid_file.h"
#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/sys/file.h"
#include "runtime/container/start.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  bool by_policy = false;
  bool detach = false;
  bool attach = false;  // the default; docker's users type it
  bool interactive = false;
  std::string pid_file;
  std::string log_uri;
  AttachFlags streams;
};

runtime::CreateOptions create_options(Context& context, const Options& options) {
  auto create = runtime::start_options(context.database(), context.paths(), context.ns(), options.id);
  create.open_stdin = options.interactive;
  if (!options.log_uri.empty()) create.log_uri = options.log_uri;
  return create;
}

int start_detached(Context& context, const Options& options, const runtime::CreateOptions& create) {
  auto task = runtime::Task::create(context.database(), context.paths(), create);
  task.start();
  write_pid_file(options.pid_file, task);
  return 0;
}

int start_attached(Context& context, const Options& options, runtime::CreateOptions create) {
  auto fifos = runtime::FifoSet::create(context.paths(), create.terminal);
  create.stdin_path = fifos.stdin_path();
  create.stdout_path = fifos.stdout_path();
  create.stderr_path = fifos.stderr_path();
  create.fifo_directory = fifos.directory();
  create.fifo_lock = fifos.lock();
  runtime::AttachOptions attach = attach_options(options.streams, create.terminal);
  auto task = runtime::Task::create(context.database(), context.paths(), create);
  attach.on_start = [&] { write_pid_file(options.pid_file, task); };
  const auto exit = runtime::run_attached(task, fifos, attach);
  if (exit) remove_ended(task);
  context.out().flush();
  return attached_status(context, exit, options.id);
}

int start_by_policy(Context& context) {
  int status = 0;
  const auto tell = [&](const std::string& ns, const std::string& id, const core::Error* failure) {
    if (failure == nullptr) {
      context.out() << core::escape_for_terminal(ns + "/" + id) << "\n";
    } else {
      context.err() << context.program() << ": starting " << core::escape_for_terminal(ns + "/" + id) << ": "
                    << core::escape_for_terminal(failure->what()) << "\n";
      status = 1;
    }
  };
  runtime::start_by_policy(context.database(), context.paths(), tell);
  return status;
}

int start(Context& context, const Options& options) {
  if (options.by_policy != options.id.empty())
    throw core::invalid_argument("give the ID of a container, or --by-policy for all that are to run");
  if (options.by_policy) return start_by_policy(context);
  if (options.attach && options.detach) throw core::invalid_argument("--attach and --detach exclude each other");
  const auto create = create_options(context, options);
  if (create.terminal && !options.detach) require_terminal("a container with a terminal");
  attach_options(options.streams, create.terminal);  // bad keys are found before anything is made
  runtime::make_way(context.database(), context.paths(), context.ns(), options.id);
  try {
    return options.detach ? start_detached(context, options, create) : start_attached(context, options, create);
  } catch (const core::Error& error) {
    return start_failure_status(context, error);
  }
}

}  // namespace

Action declare_tasks_start(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-d,--detach", options->detach, "do not wait for it");
  add_switch(app, "-a,--attach", options->attach, "stay with it (the default)");
  add_switch(app, "-i,--interactive", options->interactive, "keep its standard input open for those who attach later");
  add_pid_file(app, options->pid_file);
  add_value(app, "--log-uri", options->log_uri, "URI", "where its output is kept: file:///PATH, binary:///PATH, none");
  add_attach_flags(app, options->streams);
  add_switch(app, "--by-policy", options->by_policy,
             "after a reboot: in all namespaces, those whose --restart policy wants them to run");
  add_positional(app, "ID", options->id, "container", Presence::optional);
  return [options](Context& context) { return start(context, *options); };
}

}  // namespace ctrbox::commands
