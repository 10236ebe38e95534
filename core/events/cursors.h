// Named places in the log: a reader that ends, however it ends, goes on where its name last stopped.
//
// A cursor is moved after what it passes was dealt with, so each event is seen at least once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "state/transaction.h"

namespace ctrbox::core::events {

/// Throws invalid_argument for a name that is no identifier.
void check_cursor_name(const std::string& name);
/// The last sequence that the reader of this name has dealt with.
std::optional<std::int64_t> find_cursor(state::Database& database, const std::string& name);
/// As check_cursor_name.
void move_cursor(state::Transaction& tx, const std::string& name, std::int64_t sequence);

}  // namespace ctrbox::core::events
