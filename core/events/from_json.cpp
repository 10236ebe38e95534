#include "core/events/from_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/strutil.h>
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "content_events.pb.h"
#include "core/base/error.h"
#include "events.pb.h"
#include "image_events.pb.h"

namespace ctrbox::core::events {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::json;

namespace our = containerd::events;
namespace image = containerd::services::images::v1;
namespace content = containerd::services::content::v1;

constexpr int kMaxJsonDepth = 128;  // more than describe() ever writes

struct TopicType {
  std::string_view topic;
  const pb::Message& (*prototype)();
};

template <typename Message>
const pb::Message& prototype_of() {
  return Message::default_instance();
}

constexpr TopicType kTopics[] = {
    {"/containers/create", prototype_of<our::ContainerCreate>},
    {"/containers/update", prototype_of<our::ContainerUpdate>},
    {"/containers/delete", prototype_of<our::ContainerDelete>},
    {"/content/create", prototype_of<content::Info>},
    {"/content/update", prototype_of<content::Info>},
    {"/content/delete", prototype_of<our::ContentDelete>},
    {"/images/create", prototype_of<image::ImageCreate>},
    {"/images/update", prototype_of<image::ImageUpdate>},
    {"/images/delete", prototype_of<image::ImageDelete>},
    {"/namespaces/create", prototype_of<our::NamespaceCreate>},
    {"/namespaces/update", prototype_of<our::NamespaceUpdate>},
    {"/namespaces/delete", prototype_of<our::NamespaceDelete>},
    {"/snapshot/prepare", prototype_of<our::SnapshotPrepare>},
    {"/snapshot/view", prototype_of<our::SnapshotPrepare>},
    {"/snapshot/commit", prototype_of<our::SnapshotCommit>},
    {"/snapshot/remove", prototype_of<our::SnapshotRemove>},
    {"/tasks/create", prototype_of<our::TaskCreate>},
    {"/tasks/start", prototype_of<our::TaskStart>},
    {"/tasks/exec-added", prototype_of<our::TaskExecAdded>},
    {"/tasks/exec-started", prototype_of<our::TaskExecStarted>},
    {"/tasks/exit", prototype_of<our::TaskExit>},
    {"/tasks/delete", prototype_of<our::TaskDelete>},
    {"/tasks/oom", prototype_of<our::TaskOOM>},
    {"/tasks/paused", prototype_of<our::TaskPaused>},
    {"/tasks/resumed", prototype_of<our::TaskResumed>},
    {"/tasks/checkpointed", prototype_of<our::TaskCheckpointed>},
};

const pb::Message& prototype_for(std::string_view topic) {
  for (const TopicType& row : kTopics)
    if (row.topic == topic) return row.prototype();
  return pb::Struct::default_instance();
}

/// Null if there is no such message here.
const pb::Message* prototype_of_type(const std::string& type_url) {
  const std::string name = type_url.substr(type_url.find_last_of('/') + 1);
  const pb::Descriptor* type = pb::DescriptorPool::generated_pool()->FindMessageTypeByName(name);
  return type == nullptr ? nullptr : pb::MessageFactory::generated_factory()->GetPrototype(type);
}

void set_value(Event& event, const pb::Message& prototype, const std::string& json) {
  const std::unique_ptr<pb::Message> message(prototype.New());
  const auto status = pb::util::JsonStringToMessage(json, message.get());
  if (!status.ok())
    throw invalid_argument("JSON for " + event.topic + " (" + message->GetTypeName() +
                           "): " + std::string(status.message()));
  message->SerializeToString(&event.value);
}

/// Discarded if `text` is no JSON. Reading it takes no stack, writing the payload again does.
Json parse_json(const std::string& text) {
  const auto check_depth = [](int depth, Json::parse_event_t, const Json&) {
    if (depth > kMaxJsonDepth) throw invalid_argument("JSON that is nested too deep");
    return true;
  };
  return Json::parse(text, check_depth, false);
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string())
    throw invalid_argument("an event without " + quoted(key) + ", which is a string");
  return found->get<std::string>();
}

/// The bytes, if the payload is what describe() makes of one that it cannot read. An object may happen to have the same
/// keys: it is one of those only if it repeats its type and holds base64.
std::optional<std::string> raw_value(const Json& payload, const std::string& type_url) {
  if (payload.size() != 2 || !payload.contains("value") || payload.value("type_url", Json()) != Json(type_url))
    return std::nullopt;
  std::string bytes;
  const Json& value = payload["value"];
  if (!value.is_string() || !pb::Base64Unescape(value.get_ref<const std::string&>(), &bytes)) return std::nullopt;
  return bytes;
}

void set_payload(Event& event, const Json& line) {
  const auto payload = line.find("event");
  if (payload == line.end() || !payload->is_object())
    throw invalid_argument("an event without \"event\", which is an object");
  event.type_url = text_in(line, "type");
  if (auto bytes = raw_value(*payload, event.type_url)) {
    event.value = *std::move(bytes);
  } else if (const pb::Message* prototype = prototype_of_type(event.type_url)) {
    set_value(event, *prototype, payload->dump());
  } else {
    event.value = payload->dump();
  }
}

}  // namespace

void set_payload_from_json(Event& event, const std::string& json) {
  const pb::Message& prototype = prototype_for(event.topic);
  set_value(event, prototype, json);
  event.type_url = prototype.GetTypeName();
}

Event parse_event(const std::string& text) {
  Event event;
  const Json line = parse_json(text);
  if (!line.is_object()) throw invalid_argument("not a JSON object");
  const std::optional<UnixNanos> time = parse_time(text_in(line, "timestamp"));
  if (!time) throw invalid_argument("timestamp " + quoted(text_in(line, "timestamp")) + " is not RFC 3339");
  event.timestamp = *time;
  event.ns = text_in(line, "namespace");
  event.topic = text_in(line, "topic");
  set_payload(event, line);
  return event;
}

}  // namespace ctrbox::core::events
