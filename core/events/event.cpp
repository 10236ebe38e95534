#include "core/events/event.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/utf8.h"

namespace ctrbox::core::events {
namespace {

void check_component(std::string_view component) {
  try {
    check_identifier(component);
  } catch (Error& error) {
    throw error.add_context("failed validation on component " + quoted(component));
  }
}

void check_topic_text(std::string_view topic) {
  if (topic.empty()) throw invalid_argument("must not be empty");
  if (topic.size() > kMaxTopicBytes) throw invalid_argument("longer than " + std::to_string(kMaxTopicBytes) + " bytes");
  if (topic.front() != '/') throw invalid_argument("must start with '/'");
  if (topic.size() == 1) throw invalid_argument("must have at least one component");
  for (std::size_t start = 1; start <= topic.size();) {
    const std::size_t end = std::min(topic.find('/', start), topic.size());
    check_component(topic.substr(start, end - start));
    start = end + 1;
  }
}

}  // namespace

void check_topic(std::string_view topic) {
  // WHY no with_context: its text would be made for each of a hundred thousand good topics a second.
  try {
    check_topic_text(topic);
  } catch (Error& error) {
    throw error.add_context("envelope topic " + quoted(topic.substr(0, kMaxTopicBytes)));
  }
}

void check_event(const Event& event) {
  check_topic(event.topic);
  if (event.type_url.empty()) throw invalid_argument("event " + event.topic + " has no payload");
  if (event.type_url.size() > kMaxTypeUrlBytes || !is_utf8(event.type_url))
    throw invalid_argument("event " + event.topic + " has a bad type url");
  if (event.value.size() > kMaxValueBytes)
    throw resource_exhausted("event " + event.topic + " has a payload of " + std::to_string(event.value.size()) +
                             " bytes, at most " + std::to_string(kMaxValueBytes) + " are kept");
}

}  // namespace ctrbox::core::events
