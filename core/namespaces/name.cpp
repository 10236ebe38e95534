// The rule for names of namespaces: labels joined by dots; a label is words joined by one or more dashes; a word is a
// letter and then at least one letter or digit. containerd's own expression of 2017 also takes a colon before the
// dashes, which was a slip of the pen and is not taken here.
#include <algorithm>

#include "core/base/error.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::core::namespaces {
namespace {

constexpr std::size_t kMaxNameBytes = 76;
constexpr std::string_view kPattern =
    "^[A-Za-z][A-Za-z0-9]+(?:[-]+[A-Za-z][A-Za-z0-9]+)*(?:[.][A-Za-z][A-Za-z0-9]+(?:[-]+[A-Za-z][A-Za-z0-9]+)*)*$";

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alphanumeric(char c) noexcept { return is_letter(c) || (c >= '0' && c <= '9'); }

/// Takes a word off the front of `rest`. Returns false if it does not begin with one.
bool take_word(std::string_view& rest) noexcept {
  if (rest.empty() || !is_letter(rest[0])) return false;
  std::size_t length = 1;
  while (length < rest.size() && is_alphanumeric(rest[length])) ++length;
  rest.remove_prefix(length);
  return length > 1;
}

/// Takes the dot or the dashes before the next word.
bool take_separator(std::string_view& rest) noexcept {
  if (rest[0] == '.') {
    rest.remove_prefix(1);
    return true;
  }
  const std::size_t dashes = std::min(rest.find_first_not_of('-'), rest.size());
  rest.remove_prefix(dashes);
  return dashes > 0;
}

bool matches_pattern(std::string_view rest) noexcept {
  if (!take_word(rest)) return false;
  while (!rest.empty()) {
    if (!take_separator(rest) || !take_word(rest)) return false;
  }
  return true;
}

}  // namespace

void check_name(std::string_view name) {
  if (name.size() > kMaxNameBytes) {
    throw invalid_argument("namespace " + quoted(name) + " greater than maximum length (" +
                           std::to_string(kMaxNameBytes) + " characters)");
  }
  if (!matches_pattern(name))
    throw invalid_argument("namespace " + quoted(name) + " must match " + std::string(kPattern));
}

}  // namespace ctrbox::core::namespaces
