#include "core/base/whole_number.h"

#include <charconv>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {

std::int64_t parse_whole_number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    throw invalid_argument(quoted(text) + " is not a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
  }
  return number;
}

}  // namespace ctrbox::core
