// SQLite result codes as a std::error_category: this floor knows nothing above it and throws std::system_error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

struct sqlite3;

namespace ctrbox::state {

/// Category of SQLite's (extended) result codes; name "sqlite".
const std::error_category& sqlite_category() noexcept;

/// Throws std::system_error with the connection's last message, in the form "<what>: <message>".
[[noreturn]] void throw_sqlite_error(sqlite3* connection, int code, const std::string& what);

/// True if the error says that another process held the database too long (SQLITE_BUSY and its kin).
bool is_busy(const std::system_error& error) noexcept;

/// True if the disk had no room for it.
bool is_full(const std::system_error& error) noexcept;

/// True if the error is a violated UNIQUE or PRIMARY KEY constraint.
bool is_unique_violation(const std::system_error& error) noexcept;

/// True if the error is a violated FOREIGN KEY constraint.
bool is_foreign_key_violation(const std::system_error& error) noexcept;

}  // namespace ctrbox::state
