#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/tasks/metrics_view.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/ui/interval.h"
#include "core/base/duration.h"
#include "core/base/error.h"
#include "core/sys/pty.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr double kShortestInterval = 0.01;
constexpr double kLongestInterval = 24 * 3600;
constexpr const char* kClearScreen = "\033[H\033[J";

struct Options {
  std::vector<std::string> ids;
  std::string format = "table";
  std::string interval = "1s";
  bool follow = false;
  bool all = false;
};

enum class View { list, kernel, rows, json };

View chosen_view(const Options& options) {
  if (options.format != "table" && options.format != "json")
    throw core::invalid_argument("--format is table or json, not " + core::quoted(options.format));
  if (options.format == "json") return View::json;
  if (options.all && options.ids.size() != 1)
    throw core::invalid_argument("--all lists the figures of one container: name one");
  if (options.ids.size() != 1) return View::rows;
  return options.all ? View::kernel : View::list;
}

milliseconds chosen_interval(const std::string& typed) {
  const double seconds = core::with_context("--interval", [&] { return core::parse_duration(typed); });
  if (seconds < kShortestInterval || seconds > kLongestInterval)
    throw core::invalid_argument("--interval: " + typed + " is not between 10ms and 24h");
  return milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

/// The containers that are looked at, and what they used when they were looked at last.
class Sampler {
 public:
  Sampler(Context& context, const std::vector<std::string>& ids) : context_(context), all_(ids.empty()) {
    for (const auto& id : ids)
      if (tasks_.count(id) == 0) {
        tasks_.emplace(id, open(id));
        order_.push_back(id);
      }
  }

  /// Looks once. One that has ended is left out from then on; with `must_run` that is an error.
  void look(bool must_run) {
    before_ = std::exchange(samples_, {});
    if (all_) find_all();
    for (const auto& id : order_) {
      const auto found = tasks_.find(id);
      if (found == tasks_.end() || samples_.count(id) != 0) continue;
      if (auto sample = take(found->second, id, must_run)) {
        samples_.emplace(id, std::move(*sample));
      } else {
        tasks_.erase(found);
      }
    }
  }

  /// In the order in which they were named.
  std::vector<const Sample*> samples() const {
    std::vector<const Sample*> result;
    for (const auto& id : order_)
      if (const auto found = samples_.find(id); found != samples_.end()) result.push_back(&found->second);
    return result;
  }
  const Sample* before(const std::string& id) const {
    const auto found = before_.find(id);
    return found == before_.end() ? nullptr : &found->second;
  }
  /// Nobody can have metrics any more: all that were named have ended.
  bool is_over() const noexcept { return !all_ && tasks_.empty(); }

 private:
  runtime::Task open(const std::string& id) {
    return runtime::Task::open(context_.database(), context_.paths(), context_.ns(), id);
  }

  void find_all() {
    order_.clear();
    for (const auto& task : runtime::list_tasks(context_.database(), context_.paths(), context_.ns())) {
      if (task.status != runtime::TaskStatus::running && task.status != runtime::TaskStatus::paused) continue;
      try {
        if (tasks_.count(task.id) == 0) tasks_.emplace(task.id, open(task.id));
        order_.push_back(task.id);
      } catch (const core::Error& error) {
        if (error.code() != core::ErrorCode::not_found) throw;  // it has ended since
      }
    }
  }

  static std::optional<Sample> take(runtime::Task& task, const std::string& id, bool must_run) {
    try {
      Sample sample;
      sample.id = id;
      sample.metrics = task.metrics();
      sample.at = core::now_ns();
      sample.steady_ns = std::chrono::nanoseconds(steady_clock::now().time_since_epoch()).count();
      return sample;
    } catch (const core::Error& error) {
      const auto code = error.code();
      const bool has_ended = code == core::ErrorCode::not_found || code == core::ErrorCode::failed_precondition ||
                             code == core::ErrorCode::unavailable;
      if (!has_ended || must_run) throw;
      return std::nullopt;
    }
  }

  Context& context_;
  bool all_;
  std::map<std::string, runtime::Task> tasks_;
  std::vector<std::string> order_;
  std::map<std::string, Sample> samples_, before_;
};

void print(Context& context, const Sampler& sampler, View view) {
  if (view == View::rows) {
    Table table(metrics_header(), {.padding = 3});
    for (const auto* sample : sampler.samples()) table.add_row(metrics_row(*sample, sampler.before(sample->id)));
    table.print(context.out());
    return;
  }
  for (const auto* sample : sampler.samples()) {
    if (view == View::json) context.out() << metrics_json(*sample) << "\n";
    if (view == View::list) metrics_list(sample->metrics).print(context.out());
    if (view == View::kernel) kernel_figures(sample->metrics).print(context.out());
  }
}

int metrics(Context& context, const Options& options) {
  const View view = chosen_view(options);
  const milliseconds interval = chosen_interval(options.interval);
  const bool redraws = options.follow && view != View::json && core::is_terminal(STDOUT_FILENO);
  Sampler sampler(context, options.ids);
  sampler.look(!options.ids.empty());
  // A share of the CPU is one of some time: the first row has it too.
  bool waits = view == View::rows;
  while (true) {
    if (!waits) {
      if (redraws) context.out() << kClearScreen;
      print(context, sampler, view);
      context.out().flush();
      if (!context.out() || !options.follow) return 0;
    }
    waits = false;
    const auto end = wait_interval(interval);
    if (end == IntervalEnd::reader_gone) return 0;
    if (end == IntervalEnd::interrupted) return interrupted_status();
    sampler.look(false);
    if (sampler.is_over()) return 0;
  }
}

}  // namespace

Action declare_tasks_metrics(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--format", options->format, "FORMAT", "table, or json: an object a line");
  add_switch(app, "-f,--follow", options->follow, "go on: drawn anew on a terminal, appended elsewhere");
  add_value(app, "--interval", options->interval, "DURATION", "between two looks; 1s when left out");
  add_switch(app, "--all", options->all, "every figure of one container, by the kernel's names");
  add_positionals(app, "ID", options->ids, "containers; all that run when left out", Presence::optional);
  return [options](Context& context) { return metrics(context, *options); };
}

}  // namespace ctrbox::commands
