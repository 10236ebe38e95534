#include "core/events/cursors.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/ids.h"

namespace ctrbox::core::events {

void check_cursor_name(const std::string& name) {
  with_context("cursor " + quoted(name), [&] { check_identifier(name); });
}

std::optional<std::int64_t> find_cursor(state::Database& database, const std::string& name) {
  state::Statement row = database.query("SELECT sequence FROM event_cursors WHERE name = ?", name);
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

void move_cursor(state::Transaction& tx, const std::string& name, std::int64_t sequence) {
  check_cursor_name(name);
  tx.execute(
      "INSERT INTO event_cursors(name, sequence, updated_at) VALUES(?, ?, ?) "
      "ON CONFLICT(name) DO UPDATE SET sequence = excluded.sequence, updated_at = excluded.updated_at",
      name, sequence, now_ns());
}

}  // namespace ctrbox::core::events
