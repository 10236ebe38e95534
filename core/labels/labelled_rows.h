// Reads objects with their labels in one query, so that a list of thousands costs one statement and is of one moment.
//
// The query left-joins the objects with their label table: column 0 is the object's row id, the last two columns are
// the label's key and value, null for an object without labels. Rows of one object must be adjacent and keys ascending.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/labels/labels.h"
#include "state/statement.h"

namespace ctrbox::core {

/// `read(row)` makes one object, without labels, from the first of its rows; `key_column` is the label's key.
template <typename Read>
auto read_labelled_rows(state::Statement row, int key_column, Read&& read) {
  std::vector<decltype(read(row))> objects;
  std::optional<std::int64_t> current;
  while (row.step()) {
    if (current != row.integer(0)) {
      current = row.integer(0);
      objects.push_back(read(row));
    }
    if (row.is_null(key_column)) continue;
    Labels& labels = objects.back().labels;
    labels.emplace_hint(labels.end(), row.text(key_column), row.text(key_column + 1));
  }
  return objects;
}

}  // namespace ctrbox::core
