#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/flags/moment.h"
#include "commands/flags/value.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/sys/directory_watch.h"
#include "core/sys/file.h"
#include "core/sys/readable.h"
#include "runtime/logs/reader.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

namespace logs = runtime::logs;

constexpr core::UnixNanos kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMaxSeconds = 9'000'000'000;  // as nanoseconds in 64 bits
constexpr std::uint64_t kMaxTail = 1'000'000'000'000;

struct Options {
  std::string id;
  std::string since;
  std::string until;
  std::string tail = "all";
  bool follow = false;
  bool timestamps = false;
};

/// A bare number is seconds since 1970, as docker's users type it.
std::optional<core::UnixNanos> parse_time_flag(const std::string& name, const std::string& text) {
  if (text.empty()) return std::nullopt;
  return core::with_context(name, [&]() -> core::UnixNanos {
    const Moment moment = parse_moment(text, core::now_ns());
    if (const auto* time = std::get_if<Time>(&moment)) return time->nanos;
    return std::min(std::get<Sequence>(moment).number, kMaxSeconds) * kNanosPerSecond;
  });
}

logs::Range range_of(const Options& options) {
  logs::Range range;
  range.since = parse_time_flag("--since", options.since);
  range.until = parse_time_flag("--until", options.until);
  if (options.tail != "all") range.tail = parsed("--tail", options.tail, whole_number(0, kMaxTail));
  range.follow = options.follow;
  return range;
}

/// Writes pieces as the container wrote them: control characters are its own doing, as with an attached one.
class Printer {
 public:
  Printer(Context& context, bool timestamps) : context_(context), timestamps_(timestamps) {}

  void print(const logs::Piece& piece) {
    // What the two streams write to a common place keeps its order.
    if (piece.stream == logs::Stream::err) context_.out().flush();
    std::ostream& out = piece.stream == logs::Stream::err ? context_.err() : context_.out();
    bool& inside = inside_line_[piece.stream == logs::Stream::err ? 1 : 0];
    std::string text = timestamps_ && !inside ? core::to_rfc3339(piece.time) + " " : "";
    text += piece.text;
    if (piece.ends_line) text += '\n';
    inside = !piece.ends_line;
    out << text;
  }
  /// False once nobody reads any more.
  bool flush() {
    context_.out().flush();
    return context_.out().good();
  }

 private:
  Context& context_;
  bool timestamps_;
  std::array<bool, 2> inside_line_{};
};

/// What writes the log. There may be none: then nothing follows.
class Writer {
 public:
  Writer(Context& context, const std::string& id) {
    try {
      task_.emplace(runtime::Task::open(context.database(), context.paths(), context.ns(), id));
    } catch (const core::Error& error) {
      if (error.code() != core::ErrorCode::not_found) throw;
    }
  }
  /// Readable when has_ended() may have changed; -1 if it has.
  int fd() { return task_ && !ended_ ? task_->begin_wait() : -1; }
  bool has_ended() {
    if (!ended_) ended_ = !task_ || task_->begin_wait() < 0;
    return ended_;
  }
  /// Requires: fd() is readable, or the connection has something already.
  void look() {
    if (!has_ended() && task_->try_wait()) ended_ = !goes_on();
  }
  bool knows_more() const { return task_ && !ended_ && task_->has_exit(); }

 private:
  /// A container with a restart policy has another life before it.
  bool goes_on() {
    try {
      return task_->info().status != runtime::TaskStatus::stopped;
    } catch (const core::Error& error) {
      if (error.code() != core::ErrorCode::not_found) throw;
      return false;
    }
  }

  std::optional<runtime::Task> task_;
  bool ended_ = false;
};

bool print_all(logs::Reader& reader, Printer& printer) {
  while (const auto piece = reader.next()) {
    if (Context::cancelled()) throw core::canceled("interrupted");
    printer.print(*piece);
  }
  return printer.flush();
}

bool is_over(const logs::Range& range) { return range.until && core::now_ns() > *range.until; }

std::optional<core::Deadline> deadline_of(const logs::Range& range) {
  if (!range.until) return std::nullopt;
  const std::chrono::nanoseconds left(std::max<core::UnixNanos>(0, *range.until - core::now_ns()));
  return core::Deadline::clock::now() + std::chrono::ceil<std::chrono::milliseconds>(left);
}

void follow(Context& context, const std::string& id, const logs::Range& range, Printer& printer) {
  const std::string directory = context.paths().logs(context.ns(), id);
  core::make_directories(directory, 0700);  // to watch it from before its first line on
  core::DirectoryWatch watch(directory, core::DirectoryWatch::Wakes::written);
  Writer writer(context, id);
  logs::Reader reader(directory, range);
  while (true) {
    watch.drain();
    // Asked before reading: what was written until then is read.
    const bool last = writer.has_ended() || is_over(range);
    if (!print_all(reader, printer) || last) return;
    const std::array<int, 2> fds{watch.fd(), writer.fd()};
    if (fds[1] >= 0 && !writer.knows_more()) core::wait_readable(fds, deadline_of(range));
    writer.look();
  }
}

int print(Context& context, const Options& options) {
  const logs::Range range = range_of(options);
  core::containers::get(context.database(), context.ns(), options.id);  // or says that there is none
  Printer printer(context, options.timestamps);
  if (options.follow) {
    follow(context, options.id, range, printer);
  } else {
    logs::Reader reader(context.paths().logs(context.ns(), options.id), range);
    print_all(reader, printer);
  }
  return 0;
}

}  // namespace

Action declare_tasks_logs(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-f,--follow", options->follow, "go on until the container has ended");
  add_value(app, "--since", options->since, "TIME", "only what was written at or after this");
  add_value(app, "--until", options->until, "TIME", "only what was written at or before this");
  add_value(app, "-n,--tail", options->tail, "LINES", "only the last lines of it; 'all' when left out");
  add_switch(app, "-t,--timestamps", options->timestamps, "put the time in front of each line");
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return print(context, *options); };
}

}  // namespace ctrbox::commands
