#include "commands/ctr/run.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/attached.h"
#include "commands/flags/container.h"
#include "commands/flags/declare.h"
#include "commands/flags/pid_file.h"
#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "runtime/container/container.h"
#include "runtime/task/client_io.h"
#include "runtime/task/forced_removal.h"
#include "runtime/task/restart_policy.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  ContainerFlags container;
  bool remove = false;
  bool detach = false;
  bool interactive = false;
  std::string log_uri;
  std::string pid_file;
  AttachFlags streams;
  std::string checkpoint;
  // Known once the container is planned:
  std::string id;
  bool terminal = false;
};

void declare_flags(CLI::App& app, Options& options) {
  add_switch(app, "--rm", options.remove, "remove container and snapshot when it ends");
  add_switch(app, "-d,--detach", options.detach, "do not wait for it");
  add_switch(app, "-i,--interactive", options.interactive, "with -d: leave its input open for those that attach");
  add_container_flags(app, options.container);
  add_attach_flags(app, options.streams);
  add_value(
      app, "--log-uri", options.log_uri, "URI",
      "write its output to file:///path or to a program, binary:///path?key=value, or to none; its log when left out");
  add_pid_file(app, options.pid_file);
  add_value(app, "--checkpoint", options.checkpoint, "DIGEST|REF",
            "go on from a checkpoint (tasks checkpoint); then there is no IMAGE");
}

ContainerPlan make_plan(Context& context, const Options& options) {
  ContainerPlan plan = plan_container(context, options.container);
  // What a power cut ends anyway need not outlive it.
  // Whoever starts it after a reboot has no flags to go by.
  if (!options.log_uri.empty() && plan.request.labels.count(runtime::kRestartPolicyLabel) != 0)
    plan.request.labels[runtime::kRestartLogLabel] = options.log_uri;
  plan.request.durability = options.remove ? state::Durability::normal : state::Durability::full;
  return plan;
}

void stop_if_cancelled() {
  if (Context::cancelled()) throw core::canceled("interrupted before the container was started");
}

/// Undoes what was made of a container that could not be run. Never throws: the failure that led here is the news.
void undo(Context& context, const std::string& id, runtime::Task* task) noexcept {
  try {
    if (task != nullptr) {
      if (task->pid() != 0) runtime::end_task(*task);
      task->remove();
    }
  } catch (const std::exception&) {
    // The task may be gone, with --rm the container too; what is left is removed below.
  }
  try {
    runtime::remove_container(context.database(), context.paths(), context.ns(), id, runtime::SnapshotFate::remove);
  } catch (const std::exception&) {
    // As above.
  }
}

/// `on_over` is called once the process has run, or was left: nothing of it is undone any more.
int attach(Context& context, const Options& options, runtime::Task& task, runtime::FifoSet& fifos,
           const std::function<void()>& on_over) {
  runtime::AttachOptions how = attach_options(options.streams, options.terminal);
  how.on_start = [&] { write_pid_file(options.pid_file, task); };
  const auto exit = runtime::run_attached(task, fifos, how);
  on_over();
  // With --rm the shim has removed everything in the transaction that recorded the exit.
  if (exit && !options.remove) remove_ended(task);
  context.out().flush();
  return attached_status(context, exit, options.id);
}

/// `checkpoint` is criu's image, or "".
int start(Context& context, const Options& options, const runtime::NewContainer& container,
          const std::string& checkpoint) {
  std::optional<runtime::Task> task;
  core::ScopeExit roll_back([&] { undo(context, options.id, task ? &*task : nullptr); });
  if (!checkpoint.empty() && options.terminal && !options.detach) require_terminal("a container with a terminal");
  stop_if_cancelled();

  runtime::CreateOptions create;
  create.ns = context.ns();
  create.container = container.record;
  create.rootfs = container.rootfs;
  create.terminal = options.terminal;
  create.remove_on_exit = options.remove;
  create.open_stdin = options.interactive && options.detach;
  // A log that goes with the end of what it tells is not worth writing.
  create.log_uri = options.log_uri.empty() && options.remove && !options.detach ? "none" : options.log_uri;
  create.checkpoint = checkpoint;
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
      status = attach(context, options, *task, *fifos, [&] { roll_back.release(); });
    } else {
      task->start();
      write_pid_file(options.pid_file, *task);
    }
  } catch (const core::Error& error) {
    return start_failure_status(context, error);
  }
  roll_back.release();
  return status;
}

int restore(Context& context, const Options& typed) {
  RestorePlan plan = plan_restored(context, typed.container, typed.checkpoint);
  plan.request.durability = typed.remove ? state::Durability::normal : state::Durability::full;
  const auto restored = runtime::restore_container(context.database(), context.paths(), plan.request);
  Options options = typed;
  options.id = plan.request.id;
  options.terminal = restored.terminal;
  const int status = start(context, options, restored.container, restored.image.path());
  if (status == 0 && options.detach && plan.id_was_generated) context.out() << options.id << "\n";
  return status;
}

int run(Context& context, const Options& typed) {
  if (typed.remove && !typed.container.restart.empty() && typed.container.restart != "no")
    throw core::invalid_argument("--rm and --restart say opposite things: give one of them");
  // The name may be taken by a container whose shim was killed and which was to be removed.
  runtime::settle_tasks(context.database(), context.paths(), context.ns());
  if (!typed.checkpoint.empty()) return restore(context, typed);
  const ContainerPlan plan = make_plan(context, typed);
  Options options = typed;
  options.id = plan.request.spec.id;
  options.terminal = plan.request.spec.terminal;
  if (options.terminal && !options.detach) require_terminal("-t");
  attach_options(options.streams, options.terminal);  // bad keys are found before anything is made
  const int status = start(context, options, create_planned(context, options.container, plan), "");
  if (status == 0 && options.detach && plan.id_was_generated) context.out() << options.id << "\n";
  return status;
}

}  // namespace

Action declare_run(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  declare_flags(app, *options);
  return [options](Context& context) { return run(context, *options); };
}

}  // namespace ctrbox::commands
