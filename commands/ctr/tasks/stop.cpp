#include <chrono>
#include <csignal>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/duration.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/sys/signals.h"
#include "runtime/task/ending.h"
#include "runtime/task/lookup.h"
#include "runtime/task/stop_signal.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

constexpr double kMaxGraceSeconds = 24 * 60 * 60;

struct Options {
  std::vector<std::string> ids;
  std::string grace = "10";
  std::string signal;
};

core::Deadline parse_grace(const std::string& text) {
  const bool plain = text.find_first_not_of("0123456789.") == std::string::npos;
  const double seconds = core::parse_duration(plain ? text + "s" : text);
  if (!(seconds >= 0 && seconds <= kMaxGraceSeconds))
    throw core::invalid_argument("--time " + core::quoted(text) + " is not between 0 and 24 hours");
  const std::chrono::duration<double> grace(seconds);
  return core::Deadline::clock::now() + std::chrono::duration_cast<core::Deadline::duration>(grace);
}

/// What the user or the image says.
int stop_signal(const core::containers::Container& record, const std::string& typed) {
  return typed.empty() ? runtime::stop_signal_of(record).value_or(SIGTERM) : core::parse_signal(typed);
}

/// The task, asked to end; std::nullopt if the container has none that lives.
std::optional<runtime::Task> ask(Context& context, const std::string& id, const std::string& signal) {
  const auto record = core::containers::get(context.database(), context.ns(), id);
  const auto info = runtime::find_task_info(context.database(), context.paths(), context.ns(), id);
  if (!info || info->status == runtime::TaskStatus::stopped) return std::nullopt;
  auto task = runtime::Task::open(context.database(), context.paths(), context.ns(), id);
  runtime::ask_to_end(task, stop_signal(record, signal));
  return task;
}

/// All are asked first, so that their times of grace run together.
struct Asked {
  std::map<std::string, runtime::Task> tasks;
  std::map<std::string, std::exception_ptr> failures;
};

Asked ask_all(Context& context, const Options& options) {
  Asked asked;
  for (const std::string& id : options.ids) {
    if (asked.tasks.count(id) != 0) continue;
    try {
      if (auto task = ask(context, id, options.signal)) asked.tasks.emplace(id, std::move(*task));
    } catch (const core::Error&) {
      asked.failures[id] = std::current_exception();
    }
  }
  return asked;
}

int stop(Context& context, const Options& options) {
  if (!options.signal.empty()) core::parse_signal(options.signal);
  const core::Deadline deadline = parse_grace(options.grace);
  Asked asked = ask_all(context, options);
  const auto end_one = [&](const std::string& id) {
    if (const auto failure = asked.failures.find(id); failure != asked.failures.end())
      std::rethrow_exception(failure->second);
    if (const auto task = asked.tasks.find(id); task != asked.tasks.end()) runtime::end_by(task->second, deadline);
  };
  return for_each_name(context, options.ids, "failed to stop", end_one, Echo::nothing);
}

}  // namespace

Action declare_tasks_stop(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "-t,--time", options->grace, "SECONDS", "how long to wait before all is killed; 10 when left out");
  add_value(app, "-s,--signal", options->signal, "SIGNAL", "asks for the end; the image's, or SIGTERM, when left out");
  add_positionals(app, "ID", options->ids, "containers", Presence::required);
  return [options](Context& context) { return stop(context, *options); };
}

}  // namespace ctrbox::commands
