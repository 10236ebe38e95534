#include "core/base/size.h"

#include <cctype>
#include <charconv>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::string_view kUnits = "bkmgtp";
constexpr double kTooLarge = 9223372036854775808.0;  // 2^63

Error bad_size(std::string_view text) {
  return invalid_argument("size " + quoted(text) + " is not like 64m, 1.5g or 1048576");
}

/// The power of 1024 that a unit in lower case stands for, or -1.
int power_of(std::string_view unit) {
  if (unit.empty()) return 0;
  const auto power = kUnits.find(unit.front());
  const std::string_view rest = unit.substr(1);
  if (power == kUnits.npos || !(rest.empty() || (power > 0 && (rest == "b" || rest == "ib")))) return -1;
  return static_cast<int>(power);
}

}  // namespace

std::int64_t parse_size(std::string_view text) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text.front()))) throw bad_size(text);
  const char* const text_end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto parsed = std::from_chars(text.data(), text_end, whole);
      parsed.ec == std::errc{} && parsed.ptr == text_end)
    return whole;  // exact, where a double is not
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text_end, number, std::chars_format::fixed);
  if (error != std::errc{}) throw bad_size(text);
  std::string unit;
  for (const char* c = end; c != text_end; ++c) unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  const int power = power_of(unit);
  if (power < 0) throw bad_size(text);
  for (int i = 0; i < power; ++i) number *= 1024;
  if (number >= kTooLarge) throw bad_size(text);
  return static_cast<std::int64_t>(number);
}

}  // namespace ctrbox::core
