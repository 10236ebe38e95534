// `ctr events`: reads the log itself, from the table. No daemon is needed for it, and none can lose an event on the
// way.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/events/events.h"
#include "commands/ctr/events/line.h"
#include "commands/ctr/events/served.h"
#include "commands/flags/declare.h"
#include "commands/flags/moment.h"
#include "core/base/error.h"
#include "core/events/cursors.h"
#include "core/events/describe.h"
#include "core/events/doorbell.h"
#include "core/events/log.h"
#include "core/filters/filter.h"
#include "core/sys/event_loop.h"
#include "core/sys/file.h"
#include "core/sys/interrupt.h"
#include "core/sys/signals.h"
#include "core/sys/timer.h"

namespace ctrbox::commands {
namespace {

namespace events = core::events;

constexpr int kSignalBase = 128;
constexpr core::UnixNanos kNanosPerMilli = 1'000'000;

struct Options {
  std::vector<std::string> filters;
  std::string since;
  std::string until;
  std::string cursor;
  std::string format;
  bool no_follow = false;
};

/// What is looked for, parsed before anything is opened.
struct Query {
  core::Filter filter;
  std::optional<Moment> since;
  std::optional<Moment> until;
  LineFormat format;

  explicit Query(const Options& options)
      : filter(core::Filter::parse(options.filters)), format(parse_line_format(options.format)) {
    if (!options.cursor.empty()) events::check_cursor_name(options.cursor);
    const core::UnixNanos now = core::now_ns();
    if (!options.since.empty()) since = core::with_context("--since", [&] { return parse_moment(options.since, now); });
    if (!options.until.empty()) until = core::with_context("--until", [&] { return parse_moment(options.until, now); });
  }

  bool is_shown(const events::Event& event) const {
    if (const auto* from = since ? std::get_if<Time>(&*since) : nullptr; from && event.timestamp < from->nanos)
      return false;
    if (is_too_late(event)) return false;
    if (filter.matches_everything()) return true;
    events::EventFields fields(event);
    return filter.matches([&](const std::vector<std::string>& path) { return fields.find(path); });
  }

  bool is_too_late(const events::Event& event) const {
    const auto* to = until ? std::get_if<Time>(&*until) : nullptr;
    return to != nullptr && event.timestamp > to->nanos;
  }

  /// Whether the last sequence that was asked for is reached.
  bool ends_at(std::int64_t sequence) const {
    const auto* last = until ? std::get_if<Sequence>(&*until) : nullptr;
    return last != nullptr && sequence >= last->number;
  }
  /// Whether nothing that is written from now on can be shown any more.
  bool is_over(std::int64_t sequence) const {
    const auto* to = until ? std::get_if<Time>(&*until) : nullptr;
    return ends_at(sequence) || (to != nullptr && core::now_ns() > to->nanos);
  }

  /// How long is_over() stays false without new events; std::nullopt if that is for ever.
  std::optional<std::chrono::milliseconds> time_left() const {
    const auto* to = until ? std::get_if<Time>(&*until) : nullptr;
    if (to == nullptr) return std::nullopt;
    const core::UnixNanos left = std::max<core::UnixNanos>(0, to->nanos - core::now_ns());
    return std::chrono::milliseconds(left / kNanosPerMilli + 1);
  }
};

/// Waits for whatever may give the reader something to do.
class Waiter {
 public:
  explicit Waiter(const core::Paths& paths) : doorbell_(paths) {
    loop_.add(doorbell_.fd(), EPOLLIN, [this](std::uint32_t) { doorbell_.answer(); });
    const mode_t out = core::status_of(STDOUT_FILENO).st_mode;
    // A reader that goes away makes an error here, also while there is nothing to write.
    if (S_ISFIFO(out) || S_ISSOCK(out)) loop_.add(STDOUT_FILENO, 0, [this](std::uint32_t) { reader_gone_ = true; });
  }

  void wait(std::optional<std::chrono::milliseconds> limit) {
    // Only here are signals data: elsewhere they interrupt, or end a write that nobody takes.
    core::SignalFd signals({SIGINT, SIGTERM});
    if (core::cancelled()) return;
    if (const auto left = core::time_left()) limit = std::min(*left, limit.value_or(*left));
    core::Fd timer;
    if (limit) {
      timer = core::make_timer(std::max(*limit, std::chrono::milliseconds(1)));
      loop_.add(timer.get(), EPOLLIN, [](std::uint32_t) {});
    }
    loop_.add(signals.fd(), EPOLLIN, [&](std::uint32_t) { signal_ = signals.next().value_or(0); });
    loop_.run_once(-1);
    loop_.remove(signals.fd());
    if (timer) loop_.remove(timer.get());
  }

  bool reader_gone() const noexcept { return reader_gone_; }
  /// SIGINT or SIGTERM if one has come, or 0.
  int signal() const noexcept { return signal_ != 0 ? signal_ : core::interrupting_signal(); }

 private:
  core::EventLoop loop_;
  events::Doorbell doorbell_;
  int signal_ = 0;
  bool reader_gone_ = false;
};

class Reader {
 public:
  Reader(Context& context, const Options& options, const Query& query)
      : context_(context), options_(options), query_(query) {}

  int run();

 private:
  std::int64_t start();
  void print(const events::Batch& batch);
  void save();
  bool is_done(const events::Batch& batch);

  Context& context_;
  const Options& options_;
  const Query& query_;
  std::int64_t position_ = 0;            // the last sequence that was looked at
  std::optional<std::int64_t> end_;      // nothing behind it is wanted
  std::optional<std::int64_t> put_off_;  // what follows it may still be wanted by whoever goes on with the cursor
  std::int64_t saved_ = -1;
  bool tells_gaps_ = true;
};

/// A cursor knows best; a moment is where it begins, if it is new; without either, follow what comes or show what is
/// there.
std::int64_t Reader::start() {
  state::Database& database = context_.database();
  if (!options_.cursor.empty())
    if (const auto sequence = events::find_cursor(database, options_.cursor)) return *sequence;
  // Whoever begins with what happens to be kept has lost nothing before it.
  tells_gaps_ = query_.since && std::holds_alternative<Sequence>(*query_.since);
  if (!query_.since) return options_.no_follow || !options_.cursor.empty() ? 0 : events::last_sequence(database);
  if (const auto* sequence = std::get_if<Sequence>(&*query_.since))
    return std::max<std::int64_t>(0, sequence->number - 1);
  const auto first = events::first_since(database, std::get<Time>(*query_.since).nanos);
  return first ? *first - 1 : events::last_sequence(database);
}

void Reader::print(const events::Batch& batch) {
  if (batch.gap && tells_gaps_) context_.err() << context_.program() << ": warning: " << to_string(*batch.gap) << "\n";
  if (!batch.events.empty()) tells_gaps_ = true;
  for (const events::Event& event : batch.events) {
    if (query_.ends_at(position_)) return;
    if (query_.is_too_late(event) && !put_off_) put_off_ = position_;
    if (query_.is_shown(event)) context_.out() << format_line(event, query_.format) << "\n";
    position_ = event.sequence;
  }
}

/// After what it passes has been written: an event may be seen twice, but not never.
void Reader::save() {
  const std::int64_t dealt_with = put_off_.value_or(position_);
  if (options_.cursor.empty() || dealt_with == saved_) return;
  context_.database().write(state::Durability::normal,
                            [&](state::Transaction& tx) { events::move_cursor(tx, options_.cursor, dealt_with); });
  saved_ = dealt_with;
}

/// Under a steady stream of new events there is always one more: what is looked at ends where the log did.
bool Reader::is_done(const events::Batch& batch) {
  if (query_.ends_at(position_)) return true;
  if (!end_ && (options_.no_follow || query_.is_over(position_))) end_ = events::last_sequence(context_.database());
  return end_ && (position_ >= *end_ || batch.events.empty());
}

int Reader::run() {
  context_.database();
  Waiter waiter(context_.paths());  // before the first look: nothing is missed in between
  position_ = start();
  if (position_ > 0) tells_gaps_ = true;
  core::Fd served;
  if (!options_.no_follow && !query_.is_over(position_)) served = keep_served(context_);
  while (true) {
    const events::Batch batch = events::read_after(context_.database(), position_);
    print(batch);
    context_.out().flush();
    if (!context_.out()) return 0;
    save();
    if (const int signal = waiter.signal()) return kSignalBase + signal;
    if (core::out_of_time()) throw core::canceled("interrupted");
    if (waiter.reader_gone() || is_done(batch)) return 0;
    if (batch.events.empty()) waiter.wait(query_.time_left());
  }
}

}  // namespace

Action declare_events(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--since", options->since, "MOMENT", "begin there: a sequence, a time, or a duration ago");
  add_value(app, "--until", options->until, "MOMENT", "end there; +10s is in ten seconds");
  add_switch(app, "--no-follow", options->no_follow, "print what is kept, and end");
  add_value(app, "--cursor", options->cursor, "NAME", "go on where this name last stopped (at first: the oldest kept)");
  add_value(app, "--format", options->format, "FORMAT", "text, or json: an object a line, with its sequence");
  add_positionals(app, "FILTER", options->filters,
                  "like topic~=/tasks/,namespace==bb or event.exit_status!=0; one of several is enough",
                  Presence::optional);
  return [options](Context& context) {
    const Query query(*options);
    return Reader(context, *options, query).run();
  };
}

}  // namespace ctrbox::commands
