#include "core/base/byte_size.h"

#include <charconv>
#include <limits>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::uint64_t kMaxBytes = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMaxFraction = 1'000'000'000;

Error not_a_size(std::string_view text) {
  return invalid_argument(quoted(text) + " is not a size: expected a number of bytes, or one such as 512m or 2g");
}

std::uint64_t unit_of(std::string_view suffix, std::string_view whole) {
  std::string unit;
  for (const char c : suffix) unit += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (unit.empty() || unit == "b") return 1;
  const auto power = std::string_view("kmgt").find(unit.front());
  const std::string_view rest = std::string_view(unit).substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) throw not_a_size(whole);
  return std::uint64_t{1} << (10 * (power + 1));
}

/// Takes digits off the front of `text`. Returns false if there are none or too many.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::uint64_t parse_byte_size(std::string_view text) {
  std::string_view rest = text;
  std::uint64_t number = 0;
  if (!take_number(rest, number)) throw not_a_size(text);
  std::uint64_t fraction = 0;
  std::uint64_t scale = 1;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    const std::size_t digits = rest.size();
    if (!take_number(rest, fraction)) throw not_a_size(text);
    for (std::size_t i = rest.size(); i < digits; ++i) {
      scale *= 10;
      if (scale > kMaxFraction) throw not_a_size(text);
    }
  }
  const std::uint64_t unit = unit_of(rest, text);
  if (scale > 1 && unit == 1) throw not_a_size(text);
  if (number > kMaxBytes / unit) throw not_a_size(text);
  const std::uint64_t part = static_cast<std::uint64_t>(static_cast<double>(fraction) / static_cast<double>(scale) *
                                                        static_cast<double>(unit));
  const std::uint64_t bytes = number * unit + part;
  if (bytes > kMaxBytes) throw not_a_size(text);
  return bytes;
}

}  // namespace ctrbox::core
