// Events from outside. The first byte says as what the others come: a message of the events service (F, P, S), the
// value of a type that the second byte chooses (V), a payload in JSON for a topic (J), or a line of `ctr events
// --format json` (L).
// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/stubs/logging.h>

#include <nlohmann/json.hpp>

#include "commands/ctr/events/line.h"
#include "core/events/describe.h"
#include "core/events/from_json.h"
#include "core/filters/filter.h"
#include "events_service.pb.h"
#include "property.h"

using namespace ctrbox;
using core::events::Event;

namespace {

constexpr const char* kTypes[] = {
    "containerd.events.ContainerCreate",
    "containerd.events.ContainerUpdate",
    "containerd.events.ContainerDelete",
    "containerd.events.ContentCreate",
    "containerd.events.ContentDelete",
    "containerd.events.NamespaceCreate",
    "containerd.events.SnapshotPrepare",
    "containerd.events.SnapshotCommit",
    "containerd.events.SnapshotRemove",
    "containerd.events.TaskCreate",
    "containerd.events.TaskStart",
    "containerd.events.TaskExit",
    "containerd.events.TaskDelete",
    "containerd.events.TaskOOM",
    "containerd.events.TaskExecAdded",
    "containerd.events.TaskExecStarted",
    "containerd.events.TaskPaused",
    "containerd.events.TaskCheckpointed",
    "containerd.services.content.v1.Info",
    "containerd.services.images.v1.ImageCreate",
    "containerd.services.images.v1.ImageUpdate",
    "containerd.services.images.v1.ImageDelete",
    "google.protobuf.Struct",
    "google.protobuf.Any",
    "google.protobuf.Timestamp",
    "type.googleapis.com/google.protobuf.Value",
    "types.containerd.io/opencontainers/runtime-spec/1/Spec",
    "",
};
constexpr const char* kTopics[] = {"/containers/create", "/content/update", "/images/create", "/namespaces/update",
                                   "/snapshot/prepare",  "/tasks/create",   "/tasks/exit",    "/tasks/delete",
                                   "/custom/topic",      "/content/create"};

template <std::size_t N>
const char* choose(const char* const (&list)[N], fuzz::Input& input) {
  return list[input.take_byte() % N];
}

/// Whatever the event holds, it can be told of: as one line of JSON that is harmless for a terminal, and as fields.
void check_description(const Event& event) {
  using core::events::Fields;
  for (const Fields fields : {Fields::containerd, Fields::all}) {
    const std::string text = core::events::to_json(event, fields);
    fuzz::require(nlohmann::json::accept(text), "the description is JSON", text);
    for (const char c : text) fuzz::require(static_cast<unsigned char>(c) >= 0x20, "it has no control bytes", text);
  }
  core::events::EventFields found(event);
  for (const char* name : {"container_id", "labels.a.b", "target.size", "exited_at", "a"})
    core::Filter::parse({std::string("event.") + name + "~=.", "type==x"}).matches([&](const auto& path) {
      return found.find(path);
    });
}

/// What one host printed, another can read.
void check_line(const std::string& text) {
  const auto event = fuzz::parsed([&] { return core::events::parse_event(text); });
  if (!event) return;
  check_description(*event);
  const std::string line = commands::format_line(*event, commands::LineFormat::json);
  const auto again = fuzz::parsed([&] { return core::events::parse_event(line); });
  fuzz::require(again.has_value(), "a printed event can be read", line);
  const auto head = [](const Event& e) { return std::tie(e.type_url, e.topic, e.ns, e.timestamp); };
  fuzz::require(head(*again) == head(*event), "a printed event is read as it was", line);
}

Event event_of(const std::string& topic, const ctrbox::wire::Any& payload) {
  Event event;
  event.topic = topic;
  event.type_url = payload.type_url();
  event.value = payload.value();
  return event;
}

/// As the daemon takes it: what check_event() turns away is not looked at.
void check_published(const Event& event) {
  const bool is_fit = fuzz::parsed([&] { return core::events::check_event(event), true; }).has_value();
  if (is_fit) check_description(event);
}

template <typename Message, typename Use>
void with_message(std::string_view bytes, Use&& use) {
  Message message;
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) use(message);
}

void check_value(fuzz::Input input) {
  Event event;
  event.type_url = choose(kTypes, input);
  event.value = input.rest();
  check_description(event);
}

void check_typed(fuzz::Input input) {
  Event event;
  event.topic = choose(kTopics, input);
  const bool is_taken = fuzz::parsed([&] {
                          return core::events::set_payload_from_json(event, std::string(input.rest())), true;
                        }).has_value();
  if (is_taken) check_published(event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  google::protobuf::SetLogHandler(nullptr);  // it tells stderr of each bad message
  fuzz::Input input(data, size);
  switch (input.take_byte()) {
    case 'F':
      with_message<ctrbox::wire::ForwardRequest>(input.rest(), [](const auto& message) {
        check_published(event_of(message.envelope().topic(), message.envelope().event()));
      });
      break;
    case 'P':
      with_message<ctrbox::wire::PublishRequest>(
          input.rest(), [](const auto& message) { check_published(event_of(message.topic(), message.event())); });
      break;
    case 'S':
      with_message<ctrbox::wire::SubscribeRequest>(input.rest(), [](const auto& message) {
        fuzz::parsed([&] { return core::Filter::parse({message.filters().begin(), message.filters().end()}); });
      });
      break;
    case 'V': check_value(input); break;
    case 'J': check_typed(input); break;
    case 'L': check_line(std::string(input.rest())); break;
    default: break;
  }
  return 0;
}
