#include <fcntl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/attached.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/flags/pid_file.h"
#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/containers/containers.h"
#include "core/sys/file.h"
#include "runtime/spec/exec_process.h"
#include "runtime/spec/root_files.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

constexpr int kRandomIdBytes = 8;

struct Options {
  std::string id;
  std::string exec_id;
  bool terminal = false;
  bool detach = false;
  bool interactive = true;
  std::string user;
  std::string cwd;
  std::vector<std::string> env;
  std::string pid_file;
  AttachFlags streams;
};

/// The root of a running task as its first process sees it.
core::Fd open_root(runtime::Task& task) {
  const runtime::ProcessInfo before = task.info();
  core::Fd root = core::open_at(AT_FDCWD, "/proc/" + std::to_string(before.pid) + "/root", O_PATH | O_DIRECTORY);
  // Still running, so the pid was its own all the time.
  if (task.info().status == runtime::TaskStatus::stopped)
    throw core::failed_precondition("the task " + core::quoted(task.container_id()) + " has ended");
  return root;
}

std::string process_json(Context& context, const Options& options, runtime::Task& task) {
  runtime::ExecRequest request;
  request.args = context.tail();
  request.env = options.env;
  request.cwd = options.cwd;
  request.terminal = options.terminal;
  runtime::RootFileReader read_file;
  if (!options.user.empty()) {
    request.user = options.user;
    read_file = runtime::reader_beneath(open_root(task));
  }
  const auto record = core::containers::get(context.database(), context.ns(), options.id);
  return runtime::build_exec_process(record.spec, request, read_file);
}

int exec_detached(Context& context, const Options& options, runtime::Task& task, const runtime::ExecOptions& exec) {
  auto process = task.exec(exec);
  process.start();
  write_pid_file(options.pid_file, process);
  if (options.exec_id.empty()) context.out() << exec.exec_id << "\n";
  return 0;
}

int exec_attached(Context& context, const Options& options, runtime::Task& task, runtime::ExecOptions exec) {
  runtime::AttachOptions attach = attach_options(options.streams, options.terminal);
  if (!options.interactive) attach.input = -1;
  auto fifos = runtime::FifoSet::create(context.paths(), options.terminal);
  if (options.interactive) exec.stdin_path = fifos.stdin_path();
  exec.stdout_path = fifos.stdout_path();
  exec.stderr_path = fifos.stderr_path();
  auto process = task.exec(exec);
  attach.on_start = [&] { write_pid_file(options.pid_file, process); };
  return attached_status(context, runtime::run_attached(process, fifos, attach), options.id);
}

int exec(Context& context, const Options& options) {
  if (!options.exec_id.empty()) core::with_context("invalid exec id", [&] { core::check_identifier(options.exec_id); });
  attach_options(options.streams, options.terminal);
  if (context.tail().empty()) throw core::invalid_argument("no command to run: one must follow the container id");
  if (options.terminal && !options.detach) require_terminal("-t");
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  runtime::ExecOptions exec;
  exec.exec_id = options.exec_id.empty() ? "exec-" + core::random_hex(kRandomIdBytes) : options.exec_id;
  exec.process = process_json(context, options, task);
  exec.terminal = options.terminal;
  try {
    return options.detach ? exec_detached(context, options, task, exec) : exec_attached(context, options, task, exec);
  } catch (const core::Error& error) {
    return start_failure_status(context, error);
  }
}

}  // namespace

Action declare_tasks_exec(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-t,--tty", options->terminal, "give it a terminal");
  add_switch(app, "-d,--detach", options->detach, "do not wait for it; its id is printed unless --exec-id gave one");
  add_switch(app, "-i,--interactive", options->interactive, "pass input on (the default); =false: it has none");
  add_values(app, "-e,--env", options->env, "NAME[=VALUE]", "set a variable, or unset one of the container's");
  add_value(app, "--cwd,--workdir,-w", options->cwd, "DIR", "working directory; the container's when left out");
  add_value(app, "-u,--user", options->user, "USER[:GROUP]", "user and group, by name or number");
  add_value(app, "--exec-id", options->exec_id, "ID", "its name beside the container's; made up when left out");
  add_pid_file(app, options->pid_file);
  add_attach_flags(app, options->streams);
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return exec(context, *options); };
}

}  // namespace ctrbox::commands
