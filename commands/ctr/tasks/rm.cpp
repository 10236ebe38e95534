#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::vector<std::string> ids;
  bool force = false;
};

void end(runtime::Task& task) {
  try {
    task.kill_all(SIGKILL);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;  // it has ended by itself
  }
  task.wait();
}

/// The task of `run --rm` goes with its end: its shim removes it.
void remove_ended(runtime::Task& task) {
  try {
    task.remove();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found) throw;
  }
}

int remove(Context& context, const Options& options) {
  const auto remove_one = [&](const std::string& id) {
    auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), id);
    if (options.force) {
      end(task);
      remove_ended(task);
    } else {
      task.remove();
    }
  };
  return for_each_name(context, options.ids, "failed to delete task", remove_one, Echo::nothing);
}

}  // namespace

Action declare_tasks_rm(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-f,--force", options->force, "kill it first if it runs");
  add_positionals(app, "ID", options->ids, "containers whose task is removed", Presence::required);
  return [options](Context& context) { return remove(context, *options); };
}

}  // namespace ctrbox::commands
