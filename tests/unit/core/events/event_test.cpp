#include "core/events/event.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core::events {
namespace {

std::string fault_of(const std::string& topic) {
  try {
    check_topic(topic);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

Event event_of(const std::string& topic, const std::string& type_url, const std::string& value) {
  Event event;
  event.topic = topic;
  event.type_url = type_url;
  event.value = value;
  return event;
}

TEST(Topic, IsASlashAndIdentifiers) {
  for (const char* topic : {"/tasks/start", "/a", "/a/b/c", "/tasks/exec-added", "/a.b/c_d"})
    EXPECT_EQ(fault_of(topic), "") << topic;
}

TEST(Topic, FaultsAreToldInContainerdsWords) {
  EXPECT_EQ(fault_of(""), "envelope topic \"\": must not be empty");
  EXPECT_EQ(fault_of("tasks/start"), "envelope topic \"tasks/start\": must start with '/'");
  EXPECT_EQ(fault_of("/"), "envelope topic \"/\": must have at least one component");
  EXPECT_EQ(fault_of("/a//b"),
            "envelope topic \"/a//b\": failed validation on component \"\": identifier must not be empty");
  EXPECT_NE(fault_of("/a/").find("failed validation on component \"\""), std::string::npos);
  EXPECT_NE(fault_of("/a/b c").find("failed validation on component \"b c\""), std::string::npos);
  std::string long_topic;
  while (long_topic.size() <= kMaxTopicBytes) long_topic += "/component";
  EXPECT_NE(fault_of(long_topic).find("longer than 1024 bytes"), std::string::npos);
}

TEST(Event, SizeIsBounded) {
  Event event = event_of("/a", "a.B", std::string(kMaxValueBytes, 'x'));
  EXPECT_NO_THROW(check_event(event));
  event.value += 'x';
  try {
    check_event(event);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::resource_exhausted);
  }
}

TEST(Event, HasATypeThatIsText) {
  EXPECT_THROW(check_event(event_of("/a", "", "")), Error);
  EXPECT_THROW(check_event(event_of("/a", "\xff", "")), Error);
  EXPECT_THROW(check_event(event_of("/a", std::string(kMaxTypeUrlBytes + 1, 'x'), "")), Error);
}

}  // namespace
}  // namespace ctrbox::core::events
