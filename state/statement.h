// A prepared statement in use: bind, step, read columns. Move-only; going out of scope resets it and gives it back to
// the connection's cache. Valid as long as its Database. Thread: only the thread that uses the Database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace ctrbox::state {

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  /// Binds the next parameters in order. std::nullopt binds NULL; a byte span binds a blob.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    (bind_next(values), ...);
    return *this;
  }

  /// Moves to the next row. Returns false at the end. Throws std::system_error.
  bool step();

  /// Steps to the end, ignoring rows. Throws std::system_error.
  void run();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string blob(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement, bool* in_use) : statement_(statement), in_use_(in_use) {}

  void bind_next(std::int64_t value);
  void bind_next(int value) { bind_next(static_cast<std::int64_t>(value)); }
  void bind_next(std::uint32_t value) { bind_next(static_cast<std::int64_t>(value)); }
  void bind_next(bool value) { bind_next(static_cast<std::int64_t>(value)); }
  void bind_next(std::string_view value);
  void bind_next(const std::string& value) { bind_next(std::string_view(value)); }
  void bind_next(const char* value) { bind_next(std::string_view(value)); }
  void bind_next(std::span<const std::byte> value);
  void bind_next(std::nullopt_t);
  template <typename T>
  void bind_next(const std::optional<T>& value) {
    if (value) {
      bind_next(*value);
    } else {
      bind_next(std::nullopt);
    }
  }
  void check(int code, const char* what) const;

  sqlite3_stmt* statement_ = nullptr;  // owned by the Database's cache, or by us when in_use_ is null
  bool* in_use_ = nullptr;
  int next_parameter_ = 1;
};

/// Bytes of a string, to be bound as a blob.
std::span<const std::byte> as_blob(std::string_view text) noexcept;

}  // namespace ctrbox::state
