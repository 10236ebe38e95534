// The filter expression as a list of selectors, all of which must match. Pure syntax: regular expressions are text
// here. Private to core/filters. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::core::filters {

enum class Operator { present, equal, not_equal, matches };

struct Selector {
  std::vector<std::string> path;
  Operator operation = Operator::present;
  std::string value;
  std::size_t value_position = 0;  // where it begins in the expression, for messages
};

/// Parses `expression`; one of blanks only gives no selectors. Throws invalid_argument that shows the place.
std::vector<Selector> parse_selectors(std::string_view expression);

}  // namespace ctrbox::core::filters
