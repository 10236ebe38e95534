#include "core/events/retention.h"

#include <charconv>
#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/events/events.h"
#include "commands/flags/declare.h"
#include "core/base/duration.h"
#include "core/base/error.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string max_age;
  std::string max_count;
};

std::int64_t parse_count(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value < 0)
    throw core::invalid_argument("--max-count " + core::quoted(text) + " is not a number of events");
  return value;
}

void change(Context& context, const Options& options) {
  if (options.max_age.empty() && options.max_count.empty()) return;
  core::events::Retention retention = core::events::get_retention(context.database());
  if (!options.max_age.empty())
    retention.max_age = static_cast<core::UnixNanos>(core::parse_duration(options.max_age) * 1e9);
  if (!options.max_count.empty()) retention.max_count = parse_count(options.max_count);
  context.database().write(state::Durability::full,
                           [&](state::Transaction& tx) { core::events::put_retention(tx, retention); });
  core::events::trim_all(context.database());
}

int retention(Context& context, const Options& options) {
  change(context, options);
  const core::events::Retention now = core::events::get_retention(context.database());
  context.out() << "max age:   " << (now.max_age == 0 ? "none" : core::to_duration_text(now.max_age)) << "\n"
                << "max count: " << (now.max_count == 0 ? "none" : std::to_string(now.max_count)) << "\n";
  return 0;
}

}  // namespace

Action declare_events_retention(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "--max-age", options->max_age, "DURATION", "keep events for so long, like 336h; 0: for ever");
  add_value(app, "--max-count", options->max_count, "N", "keep so many events; 0: all");
  return [options](Context& context) { return retention(context, *options); };
}

}  // namespace ctrbox::commands
