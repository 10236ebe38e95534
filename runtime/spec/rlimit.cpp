#include "runtime/spec/rlimit.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr std::string_view kPrefix = "RLIMIT_";
constexpr std::string_view kTypes[] = {"AS",   "CORE",   "CPU",   "DATA", "FSIZE",  "LOCKS",  "MEMLOCK",    "MSGQUEUE",
                                       "NICE", "NOFILE", "NPROC", "RSS",  "RTPRIO", "RTTIME", "SIGPENDING", "STACK"};

std::optional<std::uint64_t> parse_value(std::string_view text) {
  if (text == "unlimited" || text == "-1") return kUnlimited;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Rlimit parse_rlimit(std::string_view text) {
  const auto equals = std::min(text.find('='), text.size());
  std::string type;
  for (const char c : text.substr(0, equals)) type += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (type.starts_with(kPrefix)) type.erase(0, kPrefix.size());
  if (std::find(std::begin(kTypes), std::end(kTypes), type) == std::end(kTypes))
    throw core::invalid_argument("unknown resource limit " + core::quoted(text.substr(0, equals)));

  const std::string_view values = text.substr(std::min(equals + 1, text.size()));
  const auto colon = values.find(':');
  const auto soft = parse_value(values.substr(0, colon));
  const auto hard = colon == std::string_view::npos ? soft : parse_value(values.substr(colon + 1));
  if (!soft || !hard)
    throw core::invalid_argument("invalid resource limit " + core::quoted(text) + ": expected TYPE=SOFT[:HARD]");
  if (*soft > *hard)
    throw core::invalid_argument("resource limit " + core::quoted(text) + ": the soft limit is above the hard one");
  return {std::string(kPrefix) + type, *soft, *hard};
}

}  // namespace ctrbox::runtime
