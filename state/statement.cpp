#include "state/statement.h"

#include <sqlite3.h>

#include <utility>

#include "state/error.h"

namespace ctrbox::state {

Statement::Statement(Statement&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)),
      next_parameter_(other.next_parameter_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (in_use_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  *in_use_ = false;
}

void Statement::check(int code, const char* what) const {
  if (code == SQLITE_OK) return;
  throw_sqlite_error(sqlite3_db_handle(statement_), code, what);
}

void Statement::bind_next(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, next_parameter_++, value), "binding a parameter");
}

void Statement::bind_next(std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  check(sqlite3_bind_text64(statement_, next_parameter_++, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
        "binding a parameter");
}

void Statement::bind_next(std::span<const std::byte> value) {
  const void* data = value.data() != nullptr ? static_cast<const void*>(value.data()) : "";
  check(sqlite3_bind_blob64(statement_, next_parameter_++, data, value.size(), SQLITE_TRANSIENT),
        "binding a parameter");
}

void Statement::bind_next(std::nullopt_t) {
  check(sqlite3_bind_null(statement_, next_parameter_++), "binding a parameter");
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw_sqlite_error(sqlite3_db_handle(statement_), sqlite3_extended_errcode(sqlite3_db_handle(statement_)),
                     "state database");
}

void Statement::run() {
  while (step()) {
  }
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::string Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Statement::optional_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::span<const std::byte> as_blob(std::string_view text) noexcept {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace ctrbox::state
