#include "core/config/settings.h"

namespace ctrbox::core {

std::optional<std::string> find_setting(state::Database& database, std::string_view name) {
  state::Statement row = database.query("SELECT value FROM settings WHERE name = ?", name);
  if (!row.step()) return std::nullopt;
  return row.text(0);
}

void put_setting(state::Transaction& tx, std::string_view name, const std::string& value) {
  tx.execute("INSERT INTO settings(name, value) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
             name, value);
}

}  // namespace ctrbox::core
