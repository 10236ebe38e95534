#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "runtime/task/ending.h"
#include "runtime/task/record.h"
#include "runtime/task/task.h"
#include "runtime/task/told.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::vector<std::string> ids;
  std::string exec_id;
};

/// A process that was added is forgotten by its shim once it has ended; the events still tell.
std::uint32_t wait_for(Context& context, const std::string& id, const std::string& exec_id) {
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), id);
  auto process = task.process(exec_id);
  try {
    return runtime::wait_until(process, std::nullopt).value().status;
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::not_found || exec_id.empty()) throw;
    const auto told = runtime::find_told_exit(context.database(), context.ns(), id, exec_id);
    if (!told) throw;
    return told->status;
  }
}

int wait(Context& context, const Options& options) {
  if (options.ids.size() > 1 && !options.exec_id.empty())
    throw core::invalid_argument("--exec-id names a process of one container: name one container");
  const auto wait_for_one = [&](const std::string& id) {
    context.out() << wait_for(context, id, options.exec_id) << "\n" << std::flush;
  };
  return for_each_name(context, options.ids, "failed to wait for", wait_for_one, Echo::nothing);
}

}  // namespace

Action declare_tasks_wait(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--exec-id", options->exec_id, "ID", "wait for a process that was added, instead of the first");
  add_positionals(app, "ID", options->ids, "containers", Presence::required);
  return [options](Context& context) { return wait(context, *options); };
}

}  // namespace ctrbox::commands
