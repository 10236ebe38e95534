#include "registry/remote/registry_error.h"

#include <nlohmann/json.hpp>

#include "registry/http/retry.h"
#include "registry/http/url.h"

namespace ctrbox::registry::remote {
namespace {

constexpr std::size_t kMaxTextBytes = 300;
constexpr std::size_t kMaxErrorsShown = 3;

std::string status_text(int status) {
  switch (status) {
    case 400: return "400 bad request";
    case 401: return "401 unauthorized";
    case 403: return "403 forbidden";
    case 404: return "not found";
    case 405: return "405 method not allowed";
    case 416: return "416 range not satisfiable";
    case 429: return "429 too many requests";
    case 500: return "500 internal server error";
    case 502: return "502 bad gateway";
    case 503: return "503 service unavailable";
    case 504: return "504 gateway timeout";
    default: return std::to_string(status);
  }
}

std::string member_text(const nlohmann::json& object, const char* name, const http::Secrets& secrets) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return "";
  return bounded_text(secrets.redact(found->get<std::string>()));
}

/// "CODE: message; CODE: message" of `{"errors": [...]}`, or what other servers put beside it; "" if it is neither.
std::string document_text(const std::string& body, const http::Secrets& secrets) {
  const auto document = nlohmann::json::parse(body, nullptr, false);
  if (!document.is_object()) return "";
  std::string text;
  if (const auto errors = document.find("errors"); errors != document.end() && errors->is_array()) {
    for (std::size_t i = 0; i < errors->size() && i < kMaxErrorsShown; ++i) {
      const auto& error = (*errors)[i];
      if (!error.is_object()) continue;
      const std::string code = member_text(error, "code", secrets);
      const std::string message = member_text(error, "message", secrets);
      text += (text.empty() ? "" : "; ") + code + (code.empty() || message.empty() ? "" : ": ") + message;
    }
  }
  for (const char* name : {"details", "message", "error_description", "error"}) {
    if (text.empty()) text = member_text(document, name, secrets);
  }
  return text;
}

/// A plain text of one line is worth showing, a page of HTML is not.
std::string plain_text(const http::Response& response, const http::Secrets& secrets) {
  const std::string type = response.headers.find("content-type").value_or("");
  if (!type.empty() && !type.starts_with("text/plain")) return "";
  if (response.body.empty() || response.body.front() == '<') return "";
  return bounded_text(secrets.redact(response.body));
}

}  // namespace

std::string bounded_text(std::string_view text) {
  std::string line(text.substr(0, kMaxTextBytes));
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return text.size() > kMaxTextBytes ? line + "…" : line;
}

std::string error_text(const http::Response& response, const http::Secrets& secrets) {
  std::string said = document_text(response.body, secrets);
  if (said.empty()) said = plain_text(response, secrets);
  return status_text(response.status) + (said.empty() ? "" : ": " + said);
}

core::Error error_of(const http::Response& response, const std::string& what, const http::Secrets& secrets) {
  const std::string text = (what.empty() ? "" : what + ": ") + error_text(response, secrets);
  switch (response.status) {
    case 401: return core::unauthenticated(text);
    case 403: return core::permission_denied(text);
    case 404: return core::not_found(text);
    case 416: return core::out_of_range(text);
    case 429: return core::resource_exhausted(text);
    default: break;
  }
  if (http::is_transient(response.status)) return core::unavailable(text);
  return core::unknown(text + " (unexpected status code " + http::printable_url(response.url) + ")");
}

}  // namespace ctrbox::registry::remote
