#include "core/oci/reference.h"

#include <algorithm>
#include <cstddef>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::string_view kDefaultHost = "docker.io";
constexpr std::string_view kOldDefaultHost = "index.docker.io";
constexpr std::string_view kOfficialPrefix = "library/";
constexpr std::string_view kDefaultTag = "latest";
constexpr std::size_t kMaxReferenceBytes = 1024;
constexpr std::size_t kMaxHostBytes = 255;
constexpr std::size_t kMaxRepositoryBytes = 255;
constexpr std::size_t kMaxTagBytes = 128;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_lower_or_digit(char c) noexcept { return is_lower(c) || is_digit(c); }
bool is_alphanumeric(char c) noexcept { return is_lower_or_digit(c) || is_upper(c); }
bool is_word(char c) noexcept { return is_alphanumeric(c) || c == '_'; }

template <typename Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool has_upper(std::string_view text) { return std::any_of(text.begin(), text.end(), is_upper); }

/// Parses one reference; every refusal says which text and why.
class ReferenceParser {
 public:
  explicit ReferenceParser(std::string_view text) : text_(text) {}
  Reference parse();

 private:
  [[noreturn]] void refuse(const std::string& reason) const {
    throw invalid_argument("invalid reference " + quoted(text_.substr(0, kMaxReferenceBytes)) + ": " + reason);
  }
  void check_outline() const;
  void take_digest(std::string_view& rest);
  void take_tag(std::string_view& rest);
  void take_host(std::string_view& rest);
  void check_host(std::string_view host) const;
  void check_host_name(std::string_view name) const;
  void check_ipv6(std::string_view address) const;
  void check_port(std::string_view port) const;
  void check_repository() const;
  void check_component(std::string_view component) const;

  std::string_view text_;
  Reference result_;
};

Reference ReferenceParser::parse() {
  check_outline();
  std::string_view rest = text_;
  take_digest(rest);
  take_host(rest);
  take_tag(rest);
  result_.repository = rest;
  if (result_.host == kDefaultHost && rest.find('/') == std::string_view::npos && !rest.empty())
    result_.repository.insert(0, kOfficialPrefix);
  check_repository();
  if (result_.tag.empty() && result_.digest.empty()) result_.tag = kDefaultTag;
  return std::move(result_);
}

void ReferenceParser::check_outline() const {
  if (text_.empty()) throw invalid_argument("invalid reference: it is empty");
  if (text_.size() > kMaxReferenceBytes)
    throw invalid_argument("invalid reference " + quoted(text_.substr(0, 64)) + "…: longer than " +
                           std::to_string(kMaxReferenceBytes) + " bytes");
  if (text_.find("://") != std::string_view::npos) refuse("it is a URL: leave the scheme out");
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
  if (std::any_of(text_.begin(), text_.end(), is_blank)) refuse("it holds blanks or control characters");
}

void ReferenceParser::take_digest(std::string_view& rest) {
  const auto at = rest.find('@');
  if (at == std::string_view::npos) return;
  try {
    result_.digest = Digest::parse(rest.substr(at + 1));
  } catch (const Error& error) {
    refuse(error.message());
  }
  rest = rest.substr(0, at);
}

void ReferenceParser::take_tag(std::string_view& rest) {
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view tag = rest.substr(colon + 1);
  if (tag.empty()) refuse("the tag is empty");
  if (tag.size() > kMaxTagBytes) refuse("the tag is longer than " + std::to_string(kMaxTagBytes) + " characters");
  if (!is_word(tag[0]) || !all_of(tag, [](char c) { return is_word(c) || c == '.' || c == '-'; }))
    refuse("a tag is letters, digits and . _ - and starts with none of . and -");
  result_.tag = tag;
  rest = rest.substr(0, colon);
}

/// The first component is a host if it cannot be part of a repository on the default host: it has a dot, a port or
/// brackets, or is localhost.
void ReferenceParser::take_host(std::string_view& rest) {
  const auto slash = rest.find('/');
  const std::string_view first = slash == std::string_view::npos ? std::string_view() : rest.substr(0, slash);
  if (first != "localhost" && first.find_first_of(".:[") == std::string_view::npos) {
    result_.host = kDefaultHost;
    return;
  }
  check_host(first);
  result_.host = first;
  for (char& c : result_.host)  // names of hosts know no case: one host, one stored name
    if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
  if (result_.host == kOldDefaultHost) result_.host = kDefaultHost;
  rest = rest.substr(slash + 1);
}

void ReferenceParser::check_host(std::string_view host) const {
  if (host.size() > kMaxHostBytes) refuse("the host is longer than " + std::to_string(kMaxHostBytes) + " characters");
  if (host[0] == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos) refuse("the [ of the host is not closed");
    check_ipv6(host.substr(1, end - 1));
    const std::string_view after = host.substr(end + 1);
    if (!after.empty() && after[0] != ':') refuse("only a port may follow the ] of the host");
    if (!after.empty()) check_port(after.substr(1));
    return;
  }
  const auto colon = host.find(':');
  check_host_name(host.substr(0, colon));
  if (colon != std::string_view::npos) check_port(host.substr(colon + 1));
}

void ReferenceParser::check_host_name(std::string_view name) const {
  const std::string reason = "host " + quoted(name) + " is not a host name";
  while (true) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    const bool good = !label.empty() && is_alphanumeric(label.front()) && is_alphanumeric(label.back()) &&
                      all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
    if (!good) refuse(reason);
    if (dot == std::string_view::npos) return;
    name.remove_prefix(dot + 1);
  }
}

void ReferenceParser::check_ipv6(std::string_view address) const {
  const auto allowed = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
  };
  const bool good = address.size() >= 2 && address.size() <= 45 && address.find(':') != std::string_view::npos &&
                    all_of(address, allowed);
  if (!good) refuse("host [" + std::string(address) + "] is not an IPv6 address");
}

void ReferenceParser::check_port(std::string_view port) const {
  constexpr int kMaxPort = 65535;
  int value = 0;
  if (!port.empty() && port.size() <= 5 && all_of(port, is_digit))
    for (const char c : port) value = value * 10 + (c - '0');
  if (value < 1 || value > kMaxPort) refuse("port " + quoted(port) + " is not a number from 1 to 65535");
}

void ReferenceParser::check_repository() const {
  const std::string_view repository = result_.repository;
  if (repository.empty()) refuse("the repository is missing");
  if (repository.size() > kMaxRepositoryBytes)
    refuse("the repository is longer than " + std::to_string(kMaxRepositoryBytes) + " characters");
  if (has_upper(repository)) refuse("the repository must be in lower case");
  for (std::string_view rest = repository;;) {
    const auto slash = rest.find('/');
    check_component(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  constexpr std::size_t kImageIdDigits = 64;
  const std::string_view last = repository.substr(repository.rfind('/') + 1);
  const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  if (result_.host == kDefaultHost && repository.substr(0, kOfficialPrefix.size()) == kOfficialPrefix &&
      last.size() == kImageIdDigits && all_of(last, is_hex))
    refuse("it looks like an image id, not a name: write repository@sha256:" + std::string(last.substr(0, 8)) + "…");
}

/// Runs of letters and digits, joined by one of "." "_" "__" or any number of "-".
void ReferenceParser::check_component(std::string_view component) const {
  if (component.empty()) refuse("the repository has an empty component");
  const auto bad = [&] {
    refuse("repository component " + quoted(component) +
           " must be lower-case letters and digits, joined by one of . _ __ or by dashes");
  };
  if (!is_lower_or_digit(component.front()) || !is_lower_or_digit(component.back())) bad();
  for (std::size_t i = 0; i < component.size();) {
    const std::size_t start = i;
    while (i < component.size() && !is_lower_or_digit(component[i])) ++i;
    const std::string_view separator = component.substr(start, i - start);
    const bool dashes = all_of(separator, [](char c) { return c == '-'; });
    if (!dashes && separator != "." && separator != "_" && separator != "__") bad();
    while (i < component.size() && is_lower_or_digit(component[i])) ++i;
  }
}

}  // namespace

std::string Reference::text() const {
  std::string text = host + "/" + repository;
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest.text();
  return text;
}

std::string Reference::object() const { return digest.empty() ? tag : digest.text(); }

Reference parse_reference(std::string_view text) { return ReferenceParser(text).parse(); }

}  // namespace ctrbox::core
