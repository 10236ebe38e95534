#include "commands/ctr/run.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/errors.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/flags/snapshotter.h"
#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "core/sys/pty.h"
#include "runtime/container/container.h"
#include "runtime/task/client_io.h"
#include "runtime/task/start_failure.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string image;
  std::string id;
  bool remove = false;
  bool detach = false;
  bool terminal = false;
  bool net_host = false;
  bool read_only = false;
  bool from_directory = false;
  std::vector<std::string> env;
  std::vector<std::string> mounts;
  std::vector<std::string> labels;
  std::string cwd;
  std::string user;
  std::string snapshotter;
};

void declare_flags(CLI::App& app, Options& options) {
  add_positional(app, "IMAGE", options.image, "image, or with --rootfs the directory to use as root");
  add_positional(app, "ID", options.id, "name of the container, unique in the namespace");
  add_switch(app, "--rm", options.remove, "remove container and snapshot when it ends");
  add_switch(app, "-d,--detach", options.detach, "do not wait for it");
  add_switch(app, "-t,--tty", options.terminal, "give it a terminal");
  add_values(app, "-e,--env", options.env, "NAME[=VALUE]", "set a variable, or unset one of the image's");
  add_values(app, "--mount", options.mounts, "SPEC", "mount: type=bind,src=/a,dst=/b,options=rbind:ro");
  add_value(app, "--cwd", options.cwd, "DIR", "working directory");
  add_value(app, "-u,--user", options.user, "USER[:GROUP]", "user and group, by name or number");
  add_switch(app, "--net-host", options.net_host, "use the host's network");
  add_switch(app, "--read-only,--readonly", options.read_only, "make the root file system read-only");
  add_values(app, "--label", options.labels, "KEY[=VALUE]", "label the container");
  add_snapshotter(app, options.snapshotter);
  add_switch(app, "--rootfs", options.from_directory, "IMAGE is a directory, used as it is");
}

/// "key=" asks for no label: there is none to remove.
core::Labels new_labels(const std::vector<std::string>& typed) {
  core::Labels labels = parse_labels(typed);
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  return labels;
}

runtime::ContainerRequest make_request(const Context& context, const Options& options) {
  runtime::ContainerRequest request;
  request.image = options.image;
  request.from_directory = options.from_directory;
  request.snapshotter = chosen_snapshotter(options.snapshotter);
  request.labels = new_labels(options.labels);
  // What a power cut ends anyway need not outlive it.
  request.durability = options.remove ? state::Durability::normal : state::Durability::full;
  runtime::SpecOptions& spec = request.spec;
  spec.ns = context.ns();
  spec.id = options.id;
  spec.args = context.tail();
  spec.env = options.env;
  for (const std::string& text : options.mounts) spec.mounts.push_back(runtime::parse_mount(text));
  spec.cwd = options.cwd;
  if (!options.user.empty()) spec.user = options.user;
  spec.terminal = options.terminal;
  spec.net_host = options.net_host;
  spec.read_only = options.read_only;
  return request;
}

void stop_if_cancelled() {
  if (Context::cancelled()) throw core::canceled("interrupted before the container was started");
}

/// Undoes what was made of a container whose task never ran. Never throws: the failure that led here is the news.
void undo(Context& context, const std::string& id, runtime::Task* task) noexcept {
  try {
    if (task != nullptr) task->remove();
  } catch (const std::exception&) {
    // The task may be gone, with --rm the container too; what is left is removed below.
  }
  try {
    runtime::remove_container(context.database(), context.paths(), context.ns(), id, runtime::SnapshotFate::remove);
  } catch (const std::exception&) {
    // As above.
  }
}

int attach(Context& context, const Options& options, runtime::Task& task, runtime::FifoSet& fifos) {
  const runtime::ExitStatus exit = runtime::run_attached(task, fifos, {.terminal = options.terminal}).value();
  // With --rm the shim has removed everything in the transaction that recorded the exit.
  if (!options.remove) task.remove();
  context.out().flush();
  return static_cast<int>(exit.status);
}

int start(Context& context, const Options& options, const runtime::NewContainer& container) {
  std::optional<runtime::Task> task;
  core::ScopeExit roll_back([&] { undo(context, options.id, task ? &*task : nullptr); });
  stop_if_cancelled();

  runtime::CreateOptions create;
  create.ns = context.ns();
  create.container = container.record;
  create.rootfs = container.rootfs;
  create.terminal = options.terminal;
  create.remove_on_exit = options.remove;
  std::optional<runtime::FifoSet> fifos;
  if (!options.detach) {
    fifos.emplace(runtime::FifoSet::create(context.paths(), options.terminal));
    create.stdin_path = fifos->stdin_path();
    create.stdout_path = fifos->stdout_path();
    create.stderr_path = fifos->stderr_path();
    create.fifo_directory = fifos->directory();
    create.fifo_lock = fifos->lock();
  }
  int status = 0;
  try {
    task.emplace(runtime::Task::create(context.database(), context.paths(), create));
    stop_if_cancelled();
    if (fifos) {
      status = attach(context, options, *task, *fifos);
    } else {
      task->start();
    }
  } catch (const core::Error& error) {
    const int failure = runtime::exit_code_of_start_failure(error);
    if (failure == runtime::kExitOurs) throw;
    report_current_error(context.program(), context.err());
    return failure;
  }
  roll_back.release();
  return status;
}

int run(Context& context, const Options& options) {
  if (options.terminal && !options.detach && !core::is_terminal(STDIN_FILENO))
    throw core::invalid_argument("-t needs a terminal on standard input, and there is none");
  // The name may be taken by a container whose shim was killed and which was to be removed.
  runtime::settle_tasks(context.database(), context.paths(), context.ns());
  const auto container = runtime::create_container(context.database(), context.paths(), make_request(context, options));
  return start(context, options, container);
}

}  // namespace

Action declare_run(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  declare_flags(app, *options);
  return [options](Context& context) { return run(context, *options); };
}

}  // namespace ctrbox::commands
