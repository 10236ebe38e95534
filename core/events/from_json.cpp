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

void set_payload(Event& event, const pb::Message& prototype, const std::string& json) {
  const std::unique_ptr<pb::Message> message(prototype.New());
  const auto status = pb::util::JsonStringToMessage(json, message.get());
  if (!status.ok())
    throw invalid_argument("JSON for " + event.topic + " (" + message->GetTypeName() +
                           "): " + std::string(status.message()));
  event.type_url = message->GetTypeName();
  message->SerializeToString(&event.value);
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string())
    throw invalid_argument("an event without " + quoted(key) + ", which is a string");
  return found->get<std::string>();
}

/// What describe() makes of a payload that it cannot read.
bool is_raw(const Json& payload) {
  return payload.size() == 2 && payload.contains("type_url") && payload.contains("value");
}

void set_payload(Event& event, const Json& line) {
  const auto payload = line.find("event");
  if (payload == line.end() || !payload->is_object())
    throw invalid_argument("an event without \"event\", which is an object");
  event.type_url = text_in(line, "type");
  if (is_raw(*payload)) {
    if (!pb::Base64Unescape(text_in(*payload, "value"), &event.value))
      throw invalid_argument("a value that is not base64");
  } else if (const pb::Message* prototype = prototype_of_type(event.type_url)) {
    set_payload(event, *prototype, payload->dump());
  } else {
    event.value = payload->dump();
  }
}

}  // namespace

void set_payload_from_json(Event& event, const std::string& json) {
  set_payload(event, prototype_for(event.topic), json);
}

Event parse_event(const std::string& text) {
  Event event;
  const Json line = Json::parse(text, nullptr, false);
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
