#include "core/events/describe.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/strutil.h>
#include <google/protobuf/timestamp.pb.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/events/typeurl.h"

namespace ctrbox::core::events {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::ordered_json;

constexpr int kFirstFieldOfOurs = 1001;
constexpr int kMaxJsonDepth = 100;  // as protobuf's own limit
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

/// `containerd` and `all` as in Fields; `filter`: all, and zeros too.
enum class Style { containerd, all, filter };

Json to_json(const pb::Message& message, Style style);

std::string to_base64(const std::string& bytes) {
  std::string text;
  pb::Base64Escape(bytes, &text);
  return text;
}

/// Throws invalid_argument for what is no moment that a year has.
std::string to_text(const pb::Timestamp& time) {
  constexpr std::int64_t kMaxSeconds = INT64_MAX / kNanosPerSecond - 1;
  const bool is_moment = time.nanos() >= 0 && time.nanos() < kNanosPerSecond;
  if (!is_moment || time.seconds() > kMaxSeconds || time.seconds() < -kMaxSeconds)
    throw invalid_argument("a timestamp out of range");
  return to_rfc3339(time.seconds() * kNanosPerSecond + time.nanos());
}

Json to_json(const pb::Value& value);

Json to_json(const pb::Struct& object) {
  Json json = Json::object();
  const std::map<std::string, pb::Value> sorted(object.fields().begin(), object.fields().end());
  for (const auto& [key, value] : sorted) json[key] = to_json(value);
  return json;
}

Json to_json(const pb::Value& value) {
  switch (value.kind_case()) {
    case pb::Value::kNumberValue: {
      const double number = value.number_value();
      if (!std::isfinite(number)) return nullptr;  // JSON has no such numbers
      const auto whole = static_cast<std::int64_t>(std::clamp(number, -9e15, 9e15));
      return static_cast<double>(whole) == number ? Json(whole) : Json(number);
    }
    case pb::Value::kStringValue: return value.string_value();
    case pb::Value::kBoolValue: return value.bool_value();
    case pb::Value::kStructValue: return to_json(value.struct_value());
    case pb::Value::kListValue: {
      Json list = Json::array();
      for (const pb::Value& one : value.list_value().values()) list.push_back(to_json(one));
      return list;
    }
    default: return nullptr;
  }
}

/// One value of a field: of index `index` where it is repeated.
Json value_of(const pb::Message& message, const pb::FieldDescriptor& field, int index, Style style) {
  const pb::Reflection& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const auto get = [&](auto one, auto many) {
    return repeated ? (reflection.*many)(message, &field, index) : (reflection.*one)(message, &field);
  };
  using R = pb::Reflection;
  switch (field.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32: return get(&R::GetInt32, &R::GetRepeatedInt32);
    case pb::FieldDescriptor::CPPTYPE_INT64: return get(&R::GetInt64, &R::GetRepeatedInt64);
    case pb::FieldDescriptor::CPPTYPE_UINT32: return get(&R::GetUInt32, &R::GetRepeatedUInt32);
    case pb::FieldDescriptor::CPPTYPE_UINT64: return get(&R::GetUInt64, &R::GetRepeatedUInt64);
    case pb::FieldDescriptor::CPPTYPE_DOUBLE: return get(&R::GetDouble, &R::GetRepeatedDouble);
    case pb::FieldDescriptor::CPPTYPE_FLOAT: return get(&R::GetFloat, &R::GetRepeatedFloat);
    case pb::FieldDescriptor::CPPTYPE_BOOL: return get(&R::GetBool, &R::GetRepeatedBool);
    case pb::FieldDescriptor::CPPTYPE_ENUM: return get(&R::GetEnumValue, &R::GetRepeatedEnumValue);
    case pb::FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = get(&R::GetString, &R::GetRepeatedString);
      return field.type() == pb::FieldDescriptor::TYPE_BYTES ? to_base64(text) : text;
    }
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return to_json(repeated ? reflection.GetRepeatedMessage(message, &field, index)
                              : reflection.GetMessage(message, &field, nullptr),
                     style);
  }
  return nullptr;
}

Json map_of(const pb::Message& message, const pb::FieldDescriptor& field, Style style) {
  const pb::Reflection& reflection = *message.GetReflection();
  const pb::Descriptor& entry = *field.message_type();
  std::map<std::string, Json> sorted;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    const pb::Message& pair = reflection.GetRepeatedMessage(message, &field, i);
    const Json key = value_of(pair, *entry.map_key(), 0, style);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] = value_of(pair, *entry.map_value(), 0, style);
  }
  Json json = Json::object();
  for (auto& [key, value] : sorted) json[key] = std::move(value);
  return json;
}

bool is_shown(const pb::Message& message, const pb::FieldDescriptor& field, Style style) {
  if (style == Style::containerd && field.number() >= kFirstFieldOfOurs) return false;
  if (field.is_repeated()) return message.GetReflection()->FieldSize(message, &field) > 0;
  if (message.GetReflection()->HasField(message, &field)) return true;
  const bool has_zero = field.cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING &&
                        field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE;
  return style == Style::filter && has_zero;
}

Json to_json(const pb::Message& message, Style style) {
  if (const auto* time = dynamic_cast<const pb::Timestamp*>(&message)) return to_text(*time);
  if (const auto* object = dynamic_cast<const pb::Struct*>(&message)) return to_json(*object);
  const pb::Descriptor& type = *message.GetDescriptor();
  Json json = Json::object();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (!is_shown(message, field, style)) continue;
    Json& value = json[field.name()];
    if (field.is_map()) {
      value = map_of(message, field, style);
    } else if (field.is_repeated()) {
      for (int k = 0; k < message.GetReflection()->FieldSize(message, &field); ++k)
        value.push_back(value_of(message, field, k, style));
    } else {
      value = value_of(message, field, 0, style);
    }
  }
  return json;
}

/// The message that the type url names, decoded; null if there is no such type or the bytes are not one.
std::unique_ptr<pb::Message> decode(const Event& event) {
  silence_protobuf();
  std::unique_ptr<pb::Message> message = new_message(event.type_url);
  if (message == nullptr || !message->ParseFromString(event.value)) return nullptr;
  return message;
}

/// The types of the OCI are JSON already.
std::optional<Json> parse_json(const std::string& text) {
  if (text.empty() || text.front() != '{') return std::nullopt;
  try {
    return Json::parse(text, [](int depth, Json::parse_event_t, const Json&) {
      if (depth > kMaxJsonDepth) throw invalid_argument("too deep");
      return true;
    });
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Json describe(const Event& event, Style style) {
  try {
    if (const auto message = decode(event)) return to_json(*message, style);
    if (auto json = parse_json(event.value)) return *std::move(json);
  } catch (const Error&) {
    // Shown as it is.
  }
  return {{"type_url", event.type_url}, {"value", to_base64(event.value)}};
}

std::optional<std::string> leaf_text(const Json& json) {
  if (json.is_string()) {
    if (json.get_ref<const std::string&>().empty()) return std::nullopt;
    return json.get<std::string>();
  }
  if (json.is_null()) return std::nullopt;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<std::string> find_in(const Json& json, const std::vector<std::string>& path, std::size_t next) {
  if (next == path.size()) return leaf_text(json);
  if (!json.is_object()) return std::nullopt;
  if (const auto found = json.find(path[next]); found != json.end())
    if (auto text = find_in(*found, path, next + 1)) return text;
  // The key of a label may hold dots: all that is left is one key then.
  std::string key = path[next];
  for (std::size_t i = next + 1; i < path.size(); ++i) key += "." + path[i];
  const auto found = json.find(key);
  return found == json.end() ? std::nullopt : leaf_text(*found);
}

}  // namespace

Json describe(const Event& event, Fields fields) {
  return describe(event, fields == Fields::all ? Style::all : Style::containerd);
}

std::string to_json(const Event& event, Fields fields) {
  return escape_json_for_terminal(describe(event, fields).dump(-1, ' ', false, Json::error_handler_t::replace));
}

EventFields::EventFields(const Event& event) : event_(event) {}
EventFields::~EventFields() = default;

std::optional<std::string> EventFields::find(const std::vector<std::string>& path) {
  if (path.size() == 1) {
    if (path[0] == "namespace") return event_.ns;
    if (path[0] == "topic") return event_.topic;
    if (path[0] == "sequence") return std::to_string(event_.sequence);
    if (path[0] == "type") return event_.type_url;
    return std::nullopt;
  }
  if (path.empty() || path[0] != "event") return std::nullopt;
  if (payload_ == nullptr) payload_ = std::make_unique<Json>(describe(event_, Style::filter));
  return find_in(*payload_, path, 1);
}

}  // namespace ctrbox::core::events
