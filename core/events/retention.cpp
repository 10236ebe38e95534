#include "core/events/retention.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "core/base/error.h"
#include "core/config/settings.h"
#include "core/events/log.h"

namespace ctrbox::core::events {
namespace {

std::int64_t get_number(state::Database& database, std::string_view name, std::int64_t otherwise) {
  const auto text = find_setting(database, name);
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) return otherwise;
  return value;
}

/// The last sequence that is beyond the limits, looking at no more than kTrimmedAtOnce events; 0 if none is.
std::int64_t last_to_remove(state::Database& database, const Retention& retention) {
  const std::int64_t beyond_count = retention.max_count > 0 ? last_sequence(database) - retention.max_count : 0;
  const UnixNanos oldest = retention.max_age > 0 ? now_ns() - retention.max_age : std::numeric_limits<UnixNanos>::min();
  std::int64_t last = 0;
  state::Statement row =
      database.query("SELECT sequence, timestamp FROM events ORDER BY sequence LIMIT ?", kTrimmedAtOnce);
  while (row.step() && (row.integer(0) <= beyond_count || row.integer(1) < oldest)) last = row.integer(0);
  return last;
}

}  // namespace

Retention get_retention(state::Database& database) {
  const Retention standard;
  return {.max_age = get_number(database, kEventsMaxAge, standard.max_age),
          .max_count = get_number(database, kEventsMaxCount, standard.max_count)};
}

void put_retention(state::Transaction& tx, const Retention& retention) {
  if (retention.max_age < 0 || retention.max_count < 0) throw invalid_argument("retention must not be negative");
  put_setting(tx, kEventsMaxAge, std::to_string(retention.max_age));
  put_setting(tx, kEventsMaxCount, std::to_string(retention.max_count));
}

std::int64_t trim(state::Database& database) {
  const std::int64_t last = last_to_remove(database, get_retention(database));
  if (last == 0) return 0;
  std::int64_t removed = 0;
  database.write(state::Durability::normal,
                 [&](state::Transaction& tx) { removed = tx.execute("DELETE FROM events WHERE sequence <= ?", last); });
  return removed;
}

std::int64_t trim_all(state::Database& database) {
  std::int64_t total = 0;
  while (const std::int64_t removed = trim(database)) total += removed;
  return total;
}

}  // namespace ctrbox::core::events
