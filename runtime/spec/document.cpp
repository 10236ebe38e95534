#include "runtime/spec/document.h"

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {

namespace {

core::Error not_understood(const std::string& what, std::string_view finding) {
  // "[json.exception.type_error.302] type must be string, but is number"
  const auto bracket = finding.find("] ");
  if (bracket != std::string_view::npos) finding.remove_prefix(bracket + 2);
  return core::invalid_argument(what + " is not understood: " + std::string(finding));
}

}  // namespace

using Json = nlohmann::ordered_json;

Json parse_document(std::string_view text, const std::string& what) {
  if (text.size() > kMaxDocumentBytes)
    throw core::invalid_argument(what + " has more than " + std::to_string(kMaxDocumentBytes) + " bytes");
  // The library writes and compares nested values by recursion.
  const auto bounded = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDocumentDepth) throw core::invalid_argument(what + " is nested too deeply");
    return true;
  };
  Json document;
  try {
    document = Json::parse(text, bounded);
  } catch (const Json::parse_error& error) {
    throw core::invalid_argument(what + " is not JSON (byte " + std::to_string(error.byte) + ")");
  } catch (const Json::exception& error) {
    throw not_understood(what, error.what());
  }
  if (!document.is_object()) throw core::invalid_argument(what + " is not a JSON object");
  return document;
}

Json read_document(const std::string& what, const std::function<Json()>& read) {
  try {
    return read();
  } catch (const Json::exception& error) {
    throw not_understood(what, error.what());
  }
}

}  // namespace ctrbox::runtime
