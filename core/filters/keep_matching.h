// Filters applied to a list of objects: each object's room brings the adaptor that knows its fields.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/filters/filter.h"

namespace ctrbox::core {

/// Drops what no filter matches. `field_of(object, path)` returns std::optional<std::string>. Throws invalid_argument
/// for a bad filter, whether there are objects or not.
template <typename Object, typename FieldOf>
std::vector<Object> keep_matching(std::vector<Object> objects, const std::vector<std::string>& filters,
                                  FieldOf&& field_of) {
  const Filter filter = Filter::parse(filters);
  if (filter.matches_everything()) return objects;
  std::erase_if(objects, [&](const Object& object) {
    return !filter.matches([&](const std::vector<std::string>& path) { return field_of(object, path); });
  });
  return objects;
}

}  // namespace ctrbox::core
