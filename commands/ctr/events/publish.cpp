#include <unistd.h>

#include <memory>
#include <string>

#include "commands/context.h"
#include "commands/ctr/events/events.h"
#include "commands/flags/declare.h"
#include "core/events/from_json.h"
#include "core/events/outbox.h"
#include "core/sys/file.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string topic;
  std::string json;
};

int publish(Context& context, const Options& options) {
  core::events::Event event;
  event.ns = context.ns();
  event.topic = options.topic;
  core::events::check_topic(event.topic);
  const bool from_stdin = options.json == "-";
  core::events::set_payload_from_json(
      event, from_stdin ? core::read_all(STDIN_FILENO, core::events::kMaxValueBytes, "standard input") : options.json);
  core::events::check_event(event);
  context.database().write(state::Durability::normal, [&](state::Transaction& tx) {
    event.timestamp = core::now_ns();
    core::events::append(tx, event);
  });
  return 0;
}

}  // namespace

Action declare_events_publish(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_positional(app, "TOPIC", options->topic, "like /deploy/done");
  add_positional(app, "JSON", options->json, "the payload, an object; - reads it from stdin");
  return [options](Context& context) { return publish(context, *options); };
}

}  // namespace ctrbox::commands
