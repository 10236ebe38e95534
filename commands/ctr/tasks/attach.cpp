#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/attached.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string exec_id;
  bool no_stdin = false;
  AttachFlags streams;
};

int attach(Context& context, const Options& options) {
  attach_options(options.streams, true);  // bad keys are found before the task is asked
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  auto process = task.process(options.exec_id);
  const runtime::ProcessInfo info = process.info();
  if (info.status == runtime::TaskStatus::stopped)
    throw core::failed_precondition("the process has ended: " + core::quoted(options.id));
  runtime::AttachOptions attach = attach_options(options.streams, info.terminal);
  if (options.no_stdin) {
    attach.input = -1;
    attach.forward_signals = false;  // who only looks on must not end it
  }
  auto fifos = runtime::FifoSet::create(context.paths(), info.terminal);
  const auto exit = runtime::stay_attached(process, fifos, attach);
  return attached_status(context, exit, options.id);
}

}  // namespace

Action declare_tasks_attach(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "--no-stdin", options->no_stdin, "only look on: pass neither input nor signals on");
  add_value(app, "--exec-id", options->exec_id, "ID", "a process that was added, instead of the first");
  add_attach_flags(app, options->streams);
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return attach(context, *options); };
}

}  // namespace ctrbox::commands
