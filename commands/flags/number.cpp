#include "commands/flags/number.h"

#include <charconv>
#include <string>

#include "core/base/error.h"

namespace ctrbox::commands {

std::uint64_t parse_number(std::string_view text, std::string_view what, std::uint64_t min, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max)
    throw core::invalid_argument(std::string(what) + " " + core::quoted(text) + " is not a number from " +
                                 std::to_string(min) + " to " + std::to_string(max));
  return number;
}

}  // namespace ctrbox::commands
