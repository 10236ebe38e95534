#include "core/oci/document.h"

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/base/error.h"
#include "core/oci/manifest.h"

namespace ctrbox::core::document {
namespace {

using nlohmann::json;

constexpr std::int64_t kMaxExactInteger = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kShownBytes = 80;

/// Watches a parse: the depth before a level is entered, and the names of the members of every open object.
class Watcher {
 public:
  bool operator()(int depth, json::parse_event_t event, const json& value) {
    switch (event) {
      case json::parse_event_t::object_start:
        check_depth(depth);
        open_objects_.emplace_back();
        break;
      case json::parse_event_t::array_start: check_depth(depth); break;
      case json::parse_event_t::object_end: open_objects_.pop_back(); break;
      case json::parse_event_t::key:
        if (const auto& name = value.get_ref<const std::string&>(); !open_objects_.back().insert(name).second)
          throw invalid_argument("member " + quoted(name.substr(0, kShownBytes)) + " occurs twice");
        break;
      default: break;
    }
    return true;
  }

 private:
  static void check_depth(int depth) {
    if (depth >= kMaxJsonDepth)
      throw invalid_argument("nested more than " + std::to_string(kMaxJsonDepth) + " levels deep");
  }

  std::vector<std::unordered_set<std::string>> open_objects_;
};

Error wrong_type(const char* name, const char* wanted) { return invalid_argument(quoted(name) + " must be " + wanted); }

std::string to_text(const json& value, const char* name) {
  if (!value.is_string()) throw wrong_type(name, "a string");
  const auto& text = value.get_ref<const std::string&>();
  if (text.find('\0') != std::string::npos) throw invalid_argument(quoted(name) + " holds a NUL character");
  return text;
}

const json& required(const json& object, const char* name) {
  const json* member = find_member(object, name);
  if (member == nullptr) throw invalid_argument(quoted(name) + " is missing");
  return *member;
}

}  // namespace

json parse_object(std::string_view text, std::size_t max_bytes, const std::string& what) {
  if (text.size() > max_bytes) throw invalid_argument(what + ": larger than " + std::to_string(max_bytes) + " bytes");
  try {
    Watcher watcher;
    json value = json::parse(text.begin(), text.end(), std::ref(watcher));
    if (!value.is_object()) throw invalid_argument("not a JSON object");
    return value;
  } catch (Error& error) {
    throw error.add_context(what);
  } catch (const json::parse_error& error) {
    throw invalid_argument(what + ": not valid JSON at byte " + std::to_string(error.byte));
  } catch (const json::exception&) {
    throw invalid_argument(what + ": not valid JSON: a number is out of range");
  }
}

const json* find_member(const json& object, const char* name) {
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

bool has_member(const json& object, const char* name) { return object.contains(name); }

std::string string_member(const json& object, const char* name) {
  const json* member = find_member(object, name);
  return member == nullptr ? "" : to_text(*member, name);
}

std::vector<std::string> strings_member(const json& object, const char* name) {
  const json* member = find_member(object, name);
  std::vector<std::string> texts;
  if (member == nullptr) return texts;
  if (!member->is_array()) throw wrong_type(name, "an array of strings");
  texts.reserve(member->size());
  for (const json& element : *member) texts.push_back(to_text(element, name));
  return texts;
}

std::map<std::string, std::string> string_map_member(const json& object, const char* name) {
  const json* member = find_member(object, name);
  std::map<std::string, std::string> texts;
  if (member == nullptr) return texts;
  if (!member->is_object()) throw wrong_type(name, "an object of strings");
  for (const auto& [key, value] : member->items()) texts.emplace(key, to_text(value, name));
  return texts;
}

const json& object_member(const json& object, const char* name) {
  const json& member = required(object, name);
  if (!member.is_object()) throw wrong_type(name, "an object");
  return member;
}

const json& array_member(const json& object, const char* name) {
  const json& member = required(object, name);
  if (!member.is_array()) throw wrong_type(name, "an array");
  return member;
}

Digest digest_member(const json& object, const char* name) { return to_digest(required(object, name), name); }

std::int64_t size_member(const json& object, const char* name) {
  const json& member = required(object, name);
  // Beyond 64 bits the parser makes a floating-point number, which is refused with all the others.
  if (!member.is_number_integer()) throw wrong_type(name, "a whole number");
  const bool too_large = member.is_number_unsigned() && member.get<std::uint64_t>() > std::uint64_t{kMaxExactInteger};
  if (too_large || member.get<std::int64_t>() < 0)
    throw invalid_argument(quoted(name) + " must be from 0 to " + std::to_string(kMaxExactInteger));
  return member.get<std::int64_t>();
}

Digest to_digest(const json& value, const char* name) {
  return with_context(quoted(name), [&] { return Digest::parse(to_text(value, name)); });
}

}  // namespace ctrbox::core::document
