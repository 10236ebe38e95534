#include "core/namespaces/elsewhere.h"

#include <algorithm>
#include <vector>

namespace ctrbox::core::namespaces {
namespace {

constexpr std::size_t kMaxNamed = 3;

/// `"a"`, `"a" and "b"`, `"a", "b", "c" and 4 more`.
std::string enumerate(const std::vector<std::string>& names) {
  std::string text = quoted(names[0]);
  for (std::size_t i = 1; i < std::min(names.size(), kMaxNamed); ++i)
    text += (i + 1 == names.size() ? " and " : ", ") + quoted(names[i]);
  if (names.size() > kMaxNamed) text += " and " + std::to_string(names.size() - kMaxNamed) + " more";
  return text;
}

}  // namespace

Error not_found_in(const std::string& what, const std::string& ns, state::Statement holders) {
  std::vector<std::string> names;
  while (holders.step()) names.push_back(holders.text(0));
  if (names.empty()) return not_found(what + ": not found");
  return not_found(what + ": not found in namespace " + quoted(ns) + "; it is in namespace" +
                   (names.size() == 1 ? " " : "s ") + enumerate(names) + " (use -n " + names[0] + ")");
}

}  // namespace ctrbox::core::namespaces
