#include "commands/ctr/events/line.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/events/describe.h"

namespace ctrbox::commands {
namespace {

using Json = nlohmann::ordered_json;
namespace events = core::events;

std::string json_line(const events::Event& event) {
  const Json line = {{"sequence", event.sequence}, {"timestamp", core::to_rfc3339(event.timestamp)},
                     {"namespace", event.ns},      {"topic", event.topic},
                     {"type", event.type_url},     {"event", events::describe(event, events::Fields::all)}};
  return core::escape_json_for_terminal(line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

LineFormat parse_line_format(const std::string& text) {
  if (text.empty() || text == "text") return LineFormat::text;
  if (text == "json") return LineFormat::json;
  throw core::invalid_argument("format " + core::quoted(text) + " is not text or json");
}

std::string format_line(const events::Event& event, LineFormat format) {
  if (format == LineFormat::json) return json_line(event);
  return core::to_go_text(event.timestamp) + " " + core::escape_for_terminal(event.ns + " " + event.topic) + " " +
         events::to_json(event, events::Fields::containerd);
}

}  // namespace ctrbox::commands
