#include "state/error.h"

#include <sqlite3.h>

namespace ctrbox::state {
namespace {

class SqliteCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "sqlite"; }
  std::string message(int code) const override { return sqlite3_errstr(code); }
};

int primary_code(const std::system_error& error) noexcept {
  if (error.code().category() != sqlite_category()) return SQLITE_OK;
  return error.code().value() & 0xff;
}

int extended_code(const std::system_error& error) noexcept {
  return error.code().category() == sqlite_category() ? error.code().value() : SQLITE_OK;
}

}  // namespace

const std::error_category& sqlite_category() noexcept {
  static const SqliteCategory category;
  return category;
}

void throw_sqlite_error(sqlite3* connection, int code, const std::string& what) {
  std::string text = what;
  if (connection != nullptr) text += std::string(": ") + sqlite3_errmsg(connection);
  throw std::system_error(std::error_code(code, sqlite_category()), text);
}

bool is_busy(const std::system_error& error) noexcept {
  const int code = primary_code(error);
  return code == SQLITE_BUSY || code == SQLITE_LOCKED;
}

bool is_full(const std::system_error& error) noexcept { return primary_code(error) == SQLITE_FULL; }

bool is_unique_violation(const std::system_error& error) noexcept {
  const int code = extended_code(error);
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

bool is_foreign_key_violation(const std::system_error& error) noexcept {
  return extended_code(error) == SQLITE_CONSTRAINT_FOREIGNKEY;
}

}  // namespace ctrbox::state
