#include "core/events/from_json.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/strutil.h>
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "content_events.pb.h"
#include "core/base/error.h"
#include "core/events/typeurl.h"
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

using FieldPath = std::vector<const pb::FieldDescriptor*>;

/// An Any that was taken out of a message's JSON.
struct TakenAny {
  FieldPath path;
  Json value;  // {"type_url":…,"value":base64}, as describe() writes it
};

/// protobuf reads the JSON of an Any only if it knows what is in it; ours says the bytes. They are taken out here.
void take_anys(const pb::Descriptor& type, Json& json, FieldPath& path, std::vector<TakenAny>& taken) {
  for (int i = 0; json.is_object() && i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto value = json.find(field.name());
    if (value == json.end()) continue;
    path.push_back(&field);
    if (field.message_type() == pb::Any::descriptor()) {
      taken.push_back({path, std::move(*value)});
      json.erase(value);
    } else {
      take_anys(*field.message_type(), *value, path, taken);
    }
    path.pop_back();
  }
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end() || !found->is_string())
    throw invalid_argument("an event without " + quoted(key) + ", which is a string");
  return found->get<std::string>();
}

void put_any(pb::Message& message, const TakenAny& taken) {
  pb::Message* at = &message;
  for (const pb::FieldDescriptor* field : taken.path) at = at->GetReflection()->MutableMessage(at, field);
  auto& any = dynamic_cast<pb::Any&>(*at);
  any.set_type_url(text_in(taken.value, "type_url"));
  if (!pb::Base64Unescape(text_in(taken.value, "value"), any.mutable_value()))
    throw invalid_argument("a value that is not base64");
}

void set_value(Event& event, pb::Message& message, Json json) {
  FieldPath path;
  std::vector<TakenAny> taken;
  take_anys(*message.GetDescriptor(), json, path, taken);
  const auto status = pb::util::JsonStringToMessage(json.dump(), &message);
  if (!status.ok())
    throw invalid_argument("JSON for " + event.topic + " (" + message.GetTypeName() +
                           "): " + std::string(status.message()));
  for (const TakenAny& any : taken) put_any(message, any);
  message.SerializeToString(&event.value);
}

/// Discarded if `text` is no JSON. Reading it takes no stack, writing the payload again does.
Json parse_json(const std::string& text) {
  const auto check_depth = [](int depth, Json::parse_event_t, const Json&) {
    if (depth > kMaxJsonDepth) throw invalid_argument("JSON that is nested too deep");
    return true;
  };
  return Json::parse(text, check_depth, false);
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
  } else if (const auto message = new_message(event.type_url)) {
    set_value(event, *message, *payload);
  } else {
    event.value = payload->dump();
  }
}

}  // namespace

void set_payload_from_json(Event& event, const std::string& json) {
  const std::unique_ptr<pb::Message> message(prototype_for(event.topic).New());
  const Json parsed = parse_json(json);
  if (parsed.is_discarded())
    throw invalid_argument("JSON for " + event.topic + " (" + message->GetTypeName() + "): cannot be read");
  set_value(event, *message, parsed);
  event.type_url = message->GetTypeName();
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
