#include "runtime/grpc/call.h"

#include <google/protobuf/message_lite.h>

#include "runtime/grpc/server.h"

namespace ctrbox::runtime::grpc {
namespace {

/// "a.b.Service" of "/a.b.Service/Method".
std::string_view service_of(std::string_view path) {
  if (path.empty() || path[0] != '/') return {};
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

template <typename Map>
bool any_of_service(const Map& methods, std::string_view service) {
  for (const auto& [path, handler] : methods)
    if (service_of(path) == service) return true;
  return false;
}

}  // namespace

std::string Request::metadata_value(const std::string& name) const {
  const auto found = metadata.find(name);
  return found == metadata.end() ? "" : found->second;
}

void Request::parse(google::protobuf::MessageLite& into) const {
  if (!into.ParseFromString(message)) throw core::invalid_argument("not a " + into.GetTypeName() + " message");
}

void Reply::send(const google::protobuf::MessageLite& message) const {
  if (const auto server = server_.lock()) (*server)->answer(session_, stream_, message.SerializeAsString());
}

void Reply::fail(const core::Error& error) const {
  if (const auto server = server_.lock()) (*server)->answer(session_, stream_, error);
}

const UnaryHandler* Methods::find_unary(const std::string& path) const {
  const auto found = unary_.find(path);
  return found == unary_.end() ? nullptr : &found->second;
}

const StreamHandler* Methods::find_stream(const std::string& path) const {
  const auto found = streams_.find(path);
  return found == streams_.end() ? nullptr : &found->second;
}

bool Methods::has_service(std::string_view service) const {
  return any_of_service(unary_, service) || any_of_service(streams_, service);
}

core::Error Methods::unknown(const std::string& path) const {
  const std::string service(service_of(path));
  if (!has_service(service)) return core::not_implemented("unknown service " + service);
  return core::not_implemented("unknown method " + path.substr(path.find_last_of('/') + 1) + " for service " + service);
}

std::string encode_status_message(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view kHexDigits = "0123456789ABCDEF";
  constexpr std::size_t kLongestCharacter = 3;
  std::string out;
  for (const char c : text) {
    if (out.size() + kLongestCharacter > max_bytes) break;
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 0xf];
  }
  return out;
}

}  // namespace ctrbox::runtime::grpc
