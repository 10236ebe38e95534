#include "core/events/describe.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "core/events/from_json.h"
#include "core/events/outbox.h"

namespace ctrbox::core::events {
namespace {

constexpr UnixNanos kTime = 1501280391'832013043;

template <typename OurEvent>
Event event_of(const OurEvent& ours) {
  const Payload payload = encode(ours);
  Event event;
  event.sequence = 7;
  event.ns = "bb";
  event.topic = payload.topic;
  event.type_url = payload.type_url;
  event.value = payload.value;
  return event;
}

Event event_of(const std::string& type_url, const std::string& value) {
  Event event;
  event.topic = "/some/thing";
  event.type_url = type_url;
  event.value = value;
  return event;
}

template <typename OurEvent>
std::string json_of(const OurEvent& ours, Fields fields = Fields::containerd) {
  return to_json(event_of(ours), fields);
}

TEST(EventJson, IsContainerdsLine) {
  EXPECT_EQ(
      json_of(TaskExit{"bb-ctr-8-6", "bb-ctr-8-6", 25864, 0, kTime}),
      R"({"container_id":"bb-ctr-8-6","id":"bb-ctr-8-6","pid":25864,"exited_at":"2017-07-28T22:19:51.832013043Z"})");
  EXPECT_EQ(json_of(TaskStart{"web", 25889}), R"({"container_id":"web","pid":25889})");
  EXPECT_EQ(json_of(ContentDelete{"sha256:aa"}), R"({"digest":"sha256:aa"})");
}

TEST(EventJson, NestedMessagesListsAndLabels) {
  EXPECT_EQ(json_of(TaskCreate{"c", "/b", {{"bind", "/x", {"ro", "rbind"}}}, {"in", "", "", true}, 4}),
            R"({"container_id":"c","bundle":"/b","rootfs":[{"type":"bind","source":"/x","options":["ro","rbind"]}],)"
            R"("io":{"stdin":"in","terminal":true},"pid":4})");
  EXPECT_EQ(json_of(NamespaceCreate{"n", {{"b", "2"}, {"a", "1"}}}), R"({"name":"n","labels":{"a":"1","b":"2"}})");
}

TEST(EventJson, FieldsOfOursAreShownWhenAskedFor) {
  const ContainerCreate event{"c", "redis", "runc", {{"k", "v"}}, "overlayfs", "c"};
  EXPECT_EQ(json_of(event), R"({"id":"c","image":"redis","runtime":{"name":"runc"}})");
  EXPECT_EQ(json_of(event, Fields::all),
            R"({"id":"c","image":"redis","runtime":{"name":"runc"},"labels":{"k":"v"},"snapshotter":"overlayfs",)"
            R"("snapshot_key":"c"})");
}

TEST(EventJson, UnknownTypesAndBrokenBytesAreShownAsTheyAre) {
  EXPECT_EQ(to_json(event_of("foo.Bar", "\x01\x02\xff"), Fields::all), R"({"type_url":"foo.Bar","value":"AQL/"})");
  EXPECT_EQ(to_json(event_of("containerd.events.TaskExit", "\xff"), Fields::all),
            R"({"type_url":"containerd.events.TaskExit","value":"/w=="})");
}

TEST(EventJson, TypesOfTheOciAreJsonAlready) {
  EXPECT_EQ(
      to_json(event_of("types.containerd.io/opencontainers/runtime-spec/1/Spec", R"({"b":1,"a":[2]})"), Fields::all),
      R"({"b":1,"a":[2]})");
  const std::string deep = "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_NE(to_json(event_of("some.Json", deep), Fields::all).find("\"type_url\":\"some.Json\""), std::string::npos);
}

TEST(EventJson, ANumberThatJsonDoesNotHaveIsNull) {
  const std::string nan = std::string("\x0a\x0e\x0a\x01\x61\x12\x09\x11\0\0\0\0\0\0\xf8\x7f", 16);
  EXPECT_EQ(to_json(event_of("google.protobuf.Struct", nan), Fields::all), R"({"a":null})");
}

TEST(EventJson, ATimeThatIsNoneIsStillShown) {
  // exited_at {seconds 5, nanos -1}
  const std::string bytes = std::string("\x2a\x0d\x08\x05\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 15);
  EXPECT_EQ(to_json(event_of("containerd.events.TaskExit", bytes), Fields::all),
            R"({"type_url":"containerd.events.TaskExit","value":"Kg0IBRD///////////8B"})");
}

TEST(EventJson, ATypeUrlMayHaveAPrefix) {
  Event event = event_of(TaskStart{"web", 1});
  event.type_url = "types.containerd.io/" + event.type_url;
  EXPECT_EQ(to_json(event, Fields::all), R"({"container_id":"web","pid":1})");
}

TEST(EventJson, CannotSpeakToATerminal) {
  EXPECT_EQ(json_of(TaskPaused{"\x1b[31m\xc2\x9b\xe2\x80\xae\x7f\xe6\x97\xa5"}),
            "{\"container_id\":\"\\u001b[31m\\u009b\\u202e\\u007f\xe6\x97\xa5\"}");
}

std::optional<std::string> field(const Event& event, const std::vector<std::string>& path) {
  return EventFields(event).find(path);
}

TEST(EventFields, OfTheEnvelope) {
  const Event event = event_of(TaskStart{"web", 1});
  EXPECT_EQ(field(event, {"namespace"}), "bb");
  EXPECT_EQ(field(event, {"topic"}), "/tasks/start");
  EXPECT_EQ(field(event, {"sequence"}), "7");
  EXPECT_EQ(field(event, {"type"}), "containerd.events.TaskStart");
  EXPECT_EQ(field(event, {"container_id"}), std::nullopt);
  EXPECT_EQ(field(event, {}), std::nullopt);
}

TEST(EventFields, OfThePayload) {
  const Event exit = event_of(TaskExit{"web", "web", 5, 0, kTime});
  EXPECT_EQ(field(exit, {"event", "container_id"}), "web");
  EXPECT_EQ(field(exit, {"event", "exit_status"}), "0");  // a number is there also when it is zero
  EXPECT_EQ(field(exit, {"event", "exited_at"}), "2017-07-28T22:19:51.832013043Z");
  EXPECT_EQ(field(exit, {"event", "nothing"}), std::nullopt);
  const Event create = event_of(TaskCreate{"c", "", {{"bind", "/x", {}}}, {"in", "", "", true}, 4});
  EXPECT_EQ(field(create, {"event", "io", "terminal"}), "true");
  EXPECT_EQ(field(create, {"event", "bundle"}), std::nullopt);  // an empty text is none
  EXPECT_TRUE(field(create, {"event", "rootfs"}));
}

TEST(EventFields, LabelsKeysMayHoldDots) {
  const Event event = event_of(NamespaceCreate{"n", {{"a.b/c", "d"}, {"x", "y"}}});
  EXPECT_EQ(field(event, {"event", "labels", "a.b/c"}), "d");
  EXPECT_EQ(field(event, {"event", "labels", "a", "b/c"}), "d");
  EXPECT_EQ(field(event, {"event", "labels", "x"}), "y");
  EXPECT_EQ(field(event, {"event", "labels", "a"}), std::nullopt);
}

Event typed(const std::string& topic, const std::string& json) {
  Event event;
  event.topic = topic;
  set_payload_from_json(event, json);
  return event;
}

TEST(EventFromJson, IsTheMessageOfItsTopic) {
  const Event event =
      typed("/tasks/exit", R"({"container_id":"c","exit_status":3,"exited_at":"2017-07-28T22:19:51.832013043Z"})");
  EXPECT_EQ(event.type_url, "containerd.events.TaskExit");
  EXPECT_EQ(event.value, encode(TaskExit{"c", "", 0, 3, kTime}).value);
  EXPECT_EQ(typed("/content/update", R"({"digest":"x"})").type_url, "containerd.services.content.v1.Info");
}

TEST(EventFromJson, AnyOtherTopicTakesAnyObject) {
  const Event event = typed("/deploy/done", R"({"n":7,"big":123456789012,"f":1.5,"l":[true,null,"x"],"o":{"a":1}})");
  EXPECT_EQ(event.type_url, "google.protobuf.Struct");
  EXPECT_EQ(to_json(event, Fields::all), R"({"big":123456789012,"f":1.5,"l":[true,null,"x"],"n":7,"o":{"a":1}})");
  EXPECT_EQ(field(event, {"event", "o", "a"}), "1");
}

TEST(EventFromJson, SaysWhatIsWrong) {
  for (const auto& [topic, json] : {std::pair("/tasks/exit", R"({"contaner_id":"c"})"),
                                    {"/tasks/exit", R"({"pid":"x"})"},
                                    {"/tasks/exit", "[]"},
                                    {"/a", "7"},
                                    {"/a", "{"},
                                    {"/a", ""}}) {
    try {
      typed(topic, json);
      ADD_FAILURE() << json;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_EQ(std::string(error.what()).find("JSON for " + std::string(topic)), 0U) << error.what();
    }
  }
}

TEST(EventFromJson, ALineBecomesItsEventAgain) {
  const std::string line =
      R"({"sequence":9,"timestamp":"2017-07-28T22:19:51.832013043Z","namespace":"bb","topic":"/tasks/start",)"
      R"("type":"containerd.events.TaskStart","event":{"container_id":"web","pid":5}})";
  const Event event = parse_event(line);
  EXPECT_EQ(event.sequence, 0);
  EXPECT_EQ(event.timestamp, kTime);
  EXPECT_EQ(event.ns, "bb");
  EXPECT_EQ(event.topic, "/tasks/start");
  EXPECT_EQ(event.value, encode(TaskStart{"web", 5}).value);
  const Event raw = parse_event(R"({"timestamp":"2017-07-28T22:19:51Z","namespace":"bb","topic":"/a","type":"foo.Bar",)"
                                R"("event":{"type_url":"foo.Bar","value":"AQL/"}})");
  EXPECT_EQ(raw.type_url, "foo.Bar");
  EXPECT_EQ(raw.value, "\x01\x02\xff");
}

TEST(EventFromJson, OptionsThatAreAnyComeBackAsTheyWere) {
  Event event;
  event.topic = "/containers/create";
  set_payload_from_json(event,
                        R"({"id":"c","runtime":{"name":"runc","options":{"type_url":"x.Options","value":"AQI="}}})");
  EXPECT_EQ(to_json(event, Fields::all),
            R"({"id":"c","runtime":{"name":"runc","options":{"type_url":"x.Options","value":"AQI="}}})");
}

TEST(EventFromJson, AnObjectWithTheKeysOfRawBytesIsAnObject) {
  const Event event = parse_event(
      R"({"timestamp":"2017-07-28T22:19:51Z","namespace":"bb","topic":"/a","type":"google.protobuf.Struct",)"
      R"("event":{"type_url":"x","value":"y"}})");
  EXPECT_EQ(to_json(event, Fields::all), R"({"type_url":"x","value":"y"})");
}

TEST(EventFromJson, ALineThatIsNestedTooDeepIsRefused) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THROW(parse_event(R"({"event":)" + deep + "}"), Error);
}

TEST(EventFromJson, ALineThatIsNone) {
  for (const char* line :
       {"", "7", "{}", "[", R"({"timestamp":"now","namespace":"b","topic":"/a","type":"x","event":{}})",
        R"({"timestamp":"2017-07-28T22:19:51Z","namespace":"b","topic":"/a","type":"x","event":1})"})
    EXPECT_THROW(parse_event(line), Error) << line;
}

}  // namespace
}  // namespace ctrbox::core::events
