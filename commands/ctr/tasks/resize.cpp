#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/base/whole_number.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

constexpr std::uint64_t kMaxCells = 65535;  // what the kernel can hold

struct Options {
  std::string id;
  std::string columns;
  std::string rows;
  std::string exec_id;
};

int resize(Context& context, const Options& options) {
  const auto columns = static_cast<std::uint32_t>(
      core::with_context("width", [&] { return core::parse_whole_number(options.columns, 1, kMaxCells); }));
  const auto rows = static_cast<std::uint32_t>(
      core::with_context("height", [&] { return core::parse_whole_number(options.rows, 1, kMaxCells); }));
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), options.id);
  auto process = task.process(options.exec_id);
  if (!process.info().terminal)
    throw core::failed_precondition("container " + core::quoted(options.id) + " has no terminal to resize");
  process.resize(columns, rows);
  return 0;
}

}  // namespace

Action declare_tasks_resize(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--exec-id", options->exec_id, "ID", "a process that was added, instead of the first");
  add_positional(app, "ID", options->id, "container");
  add_positional(app, "COLUMNS", options->columns, "new width");
  add_positional(app, "ROWS", options->rows, "new height");
  return [options](Context& context) { return resize(context, *options); };
}

}  // namespace ctrbox::commands
