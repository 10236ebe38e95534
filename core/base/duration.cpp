#include "core/base/duration.h"

#include <charconv>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

struct Unit {
  std::string_view name;
  double seconds;
};

// Longer names first: "ms" must not be read as "m".
constexpr Unit kUnits[] = {{"ns", 1e-9}, {"us", 1e-6}, {"\xC2\xB5s", 1e-6}, {"ms", 1e-3},
                           {"s", 1},     {"m", 60},    {"h", 3600}};
constexpr double kLongest = 100.0 * 365 * 24 * 3600;

Error bad_duration(std::string_view text) {
  return invalid_argument("duration " + quoted(text) + " is not like 5s, 100ms or 1h30m");
}

const Unit* find_unit(std::string_view text) {
  for (const Unit& unit : kUnits)
    if (text.starts_with(unit.name)) return &unit;
  return nullptr;
}

}  // namespace

double parse_duration(std::string_view text) {
  if (text == "0") return 0;
  std::string_view rest = text;
  double total = 0;
  while (!rest.empty()) {
    double number = 0;
    const char first = rest.front();
    if ((first < '0' || first > '9') && first != '.') throw bad_duration(text);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    if (error != std::errc{}) throw bad_duration(text);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const Unit* unit = find_unit(rest);
    if (unit == nullptr) throw bad_duration(text);
    rest.remove_prefix(unit->name.size());
    total += number * unit->seconds;
  }
  if (text.empty() || total > kLongest) throw bad_duration(text);
  return total;
}

std::string to_duration_text(std::int64_t nanos) {
  struct Part {
    std::int64_t nanos;
    const char* unit;
  };
  constexpr Part kParts[] = {{3600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"},
                             {1'000'000, "ms"},       {1'000, "us"},         {1, "ns"}};
  std::string text;
  for (const Part& part : kParts) {
    if (nanos >= part.nanos) text += std::to_string(nanos / part.nanos) + part.unit;
    nanos %= part.nanos;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace ctrbox::core
