#include "runtime/shim/log_uri.h"

#include <algorithm>
#include <optional>

#include "core/base/error.h"

namespace ctrbox::runtime::shim {
namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) throw core::invalid_argument("a bad escape in log URI " + core::quoted(text));
    plain += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return plain;
}

std::string_view take(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

LogUri::Kind kind_of(std::string_view scheme, std::string_view text) {
  if (scheme == "fifo") return LogUri::Kind::fifo;
  if (scheme == "file") return LogUri::Kind::file;
  if (scheme == "binary") return LogUri::Kind::binary;
  throw core::invalid_argument("unknown scheme in log URI " + core::quoted(text) + ": fifo, file and binary are known");
}

}  // namespace

LogUri parse_log_uri(std::string_view text) {
  LogUri uri;
  const auto colon = text.find("://");
  if (colon == text.npos) {
    uri.path = text;
  } else {
    uri.kind = kind_of(text.substr(0, colon), text);
    std::string_view query = text.substr(colon + 3);
    uri.path = unescape(take(query, '?'));
    while (!query.empty()) {
      std::string_view value = take(query, '&');
      uri.arguments.push_back(unescape(take(value, '=')));
      uri.arguments.push_back(unescape(value));
    }
  }
  if (uri.path.empty() || uri.path.front() != '/' || uri.path.find('\0') != uri.path.npos)
    throw core::invalid_argument("log URI " + core::quoted(text) + " has no absolute path");
  return uri;
}

}  // namespace ctrbox::runtime::shim
