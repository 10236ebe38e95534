#include "state/migrations.h"

#include <sqlite3.h>

#include <stdexcept>
#include <string>

#include "state/error.h"
#include "state/retry.h"
#include "state/schema.h"

namespace ctrbox::state {
namespace {

void execute(sqlite3* connection, const char* sql) {
  if (sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  throw_sqlite_error(connection, sqlite3_extended_errcode(connection), "state database");
}

std::int64_t read_version(sqlite3* connection) {
  std::int64_t version = 0;
  const auto store = [](void* out, int, char** values, char**) {
    *static_cast<std::int64_t*>(out) = std::stoll(values[0]);
    return 0;
  };
  if (sqlite3_exec(connection, "PRAGMA user_version", store, &version, nullptr) != SQLITE_OK)
    throw_sqlite_error(connection, sqlite3_extended_errcode(connection), "state database");
  return version;
}

void refuse_if_newer(std::int64_t version) {
  if (version <= schema_version()) return;
  throw std::runtime_error("state database has schema version " + std::to_string(version) +
                           ", this program knows up to " + std::to_string(schema_version()) +
                           ": use the newer ctrbox that wrote it");
}

// Another process may be doing the same: whoever gets the write lock second finds the work done.
void apply_missing(sqlite3* connection) {
  execute(connection, "BEGIN IMMEDIATE");
  try {
    const std::int64_t version = read_version(connection);
    refuse_if_newer(version);
    const auto scripts = migration_scripts();
    for (auto next = static_cast<std::size_t>(version); next < scripts.size(); ++next)
      execute(connection, scripts[next]);
    execute(connection, ("PRAGMA user_version = " + std::to_string(schema_version())).c_str());
    execute(connection, "COMMIT");
  } catch (...) {
    sqlite3_exec(connection, "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

}  // namespace

std::int64_t schema_version() noexcept { return static_cast<std::int64_t>(migration_scripts().size()); }

void migrate(sqlite3* connection) {
  const std::int64_t version = read_version(connection);
  refuse_if_newer(version);
  if (version == schema_version()) return;
  // WAL is a property of the file, set once. The switch needs the file alone and does not always wait for it by itself.
  retry_when_busy([&] { execute(connection, "PRAGMA journal_mode = WAL"); });
  retry_when_busy([&] { apply_missing(connection); });
}

}  // namespace ctrbox::state
