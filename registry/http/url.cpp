#include "registry/http/url.h"

#include <cctype>
#include <charconv>
#include <memory>
#include <optional>

#include "core/base/error.h"
#include "registry/http/libcurl.h"

namespace ctrbox::registry::http {
namespace {

class Url {
 public:
  Url() : handle_(libcurl().url()) {
    if (handle_ == nullptr) throw std::bad_alloc();
  }
  ~Url() { libcurl().url_cleanup(handle_); }
  Url(const Url&) = delete;
  Url& operator=(const Url&) = delete;

  bool set(CURLUPart part, const std::string& text, unsigned flags = 0) {
    return libcurl().url_set(handle_, part, text.c_str(), flags) == CURLUE_OK;
  }
  void clear(CURLUPart part) { libcurl().url_set(handle_, part, nullptr, 0); }
  std::optional<std::string> find(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (libcurl().url_get(handle_, part, &text, flags) != CURLUE_OK) return std::nullopt;
    std::string copy = text;
    libcurl().free(text);
    return copy;
  }

 private:
  CURLU* handle_;
};

void parse_into(Url& url, const std::string& text) {
  if (text.size() > kMaxUrlBytes || !url.set(CURLUPART_URL, text))
    throw core::invalid_argument("not a URL: " + core::quoted(text.substr(0, 200)));
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

std::string Origin::text() const {
  const bool usual = (scheme == "https" && port == 443) || (scheme == "http" && port == 80);
  return scheme + "://" + host + (usual ? "" : ":" + std::to_string(port));
}

Origin origin_of(const std::string& url) {
  Url parsed;
  parse_into(parsed, url);
  Origin origin;
  origin.scheme = lower(parsed.find(CURLUPART_SCHEME).value_or(""));
  origin.host = lower(parsed.find(CURLUPART_HOST).value_or(""));
  if (origin.scheme != "http" && origin.scheme != "https")
    throw core::invalid_argument("only http and https are spoken, not " + core::quoted(origin.scheme.substr(0, 50)));
  if (parsed.find(CURLUPART_USER)) throw core::invalid_argument("a URL with a user name is refused");
  const std::string port = parsed.find(CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
  if (origin.host.empty() || std::from_chars(port.data(), port.data() + port.size(), origin.port).ec != std::errc())
    throw core::invalid_argument("not a URL: " + core::quoted(printable_url(url)));
  return origin;
}

std::string resolve_location(const std::string& base, const std::string& location) {
  Url parsed;
  parse_into(parsed, base);
  if (location.size() > kMaxUrlBytes || !parsed.set(CURLUPART_URL, location))
    throw core::invalid_argument("a redirect to something that is no URL");
  std::string url = parsed.find(CURLUPART_URL).value_or("");
  origin_of(url);
  return url;
}

std::string with_query(const std::string& url, const std::vector<std::pair<std::string, std::string>>& pairs) {
  Url parsed;
  parse_into(parsed, url);
  for (const auto& [key, value] : pairs) {
    if (!parsed.set(CURLUPART_QUERY, key + "=" + value, CURLU_APPENDQUERY | CURLU_URLENCODE))
      throw core::invalid_argument("not a URL: " + core::quoted(printable_url(url)));
  }
  return parsed.find(CURLUPART_URL).value_or(url);
}

std::string encode_form(const std::vector<std::pair<std::string, std::string>>& pairs) {
  const std::string url = with_query("http://localhost/", pairs);
  return url.substr(url.find('?') + 1);
}

std::string printable_url(const std::string& url) {
  Url parsed;
  if (url.size() > kMaxUrlBytes || !parsed.set(CURLUPART_URL, url)) return "(not a URL)";
  for (const CURLUPart part :
       {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT})
    parsed.clear(part);
  return parsed.find(CURLUPART_URL).value_or("(not a URL)").substr(0, 500);
}

bool is_loopback(std::string_view host) noexcept {
  if (host.starts_with("[::1]")) return host.size() == 5 || host[5] == ':';
  const std::string_view name = host.substr(0, host.find(':'));
  if (name == "localhost") return true;
  if (!name.starts_with("127.")) return false;
  int dots = 0;
  for (const char c : name) {
    if (c == '.') {
      ++dots;
    } else if (c < '0' || c > '9') {
      return false;  // 127.0.0.1.example.com is somebody else
    }
  }
  return dots == 3 && name.back() != '.';
}

}  // namespace ctrbox::registry::http
