#include "registry/remote/content_range.h"

#include <charconv>

namespace ctrbox::registry::remote {
namespace {

std::optional<std::int64_t> take_number(std::string_view& text) noexcept {
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view value) noexcept {
  ContentRange range;
  if (!take(value, "bytes ")) return std::nullopt;
  const auto first = take_number(value);
  if (!first || !take(value, "-")) return std::nullopt;
  const auto last = take_number(value);
  if (!last || !take(value, "/")) return std::nullopt;
  range.first = *first;
  range.last = *last;
  if (value != "*") {
    range.total = take_number(value);
    if (!range.total || !value.empty() || *range.total <= range.last) return std::nullopt;
  }
  if (range.first > range.last) return std::nullopt;
  return range;
}

}  // namespace ctrbox::registry::remote
