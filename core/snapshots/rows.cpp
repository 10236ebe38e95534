#include "core/snapshots/rows.h"

#include "core/base/clock.h"
#include "core/labels/labelled_rows.h"

namespace ctrbox::core::snapshots::rows {
namespace {

constexpr int kLabelColumn = 6;

Info read_info(const state::Statement& row) {
  Info info;
  info.key = row.text(1);
  info.parent = row.optional_text(2).value_or("");
  info.kind = static_cast<Kind>(row.integer(3));
  info.created_at = row.integer(4);
  info.updated_at = row.integer(5);
  return info;
}

}  // namespace

std::optional<Snapshot> find(state::Database& database, const Space& space, const std::string& key) {
  state::Statement row = database.query(
      "SELECT s.id, s.kind, s.directory_id FROM snapshots s JOIN namespaces n ON n.id = s.namespace_id "
      "WHERE n.name = ? AND s.snapshotter = ? AND s.key = ?",
      space.ns, space.snapshotter, key);
  if (!row.step()) return std::nullopt;
  return Snapshot{row.integer(0), static_cast<Kind>(row.integer(1)), row.integer(2)};
}

std::vector<Layer> layers(state::Database& database, std::int64_t snapshot) {
  state::Statement row = database.query(
      "WITH RECURSIVE chain(parent_id, directory_id, depth) AS ("
      "  SELECT parent_id, directory_id, 0 FROM snapshots WHERE id = ?"
      "  UNION ALL SELECT s.parent_id, s.directory_id, c.depth + 1 FROM snapshots s JOIN chain c ON s.id = "
      "c.parent_id) "
      "SELECT d.id, d.opaque_root FROM chain c JOIN directories d ON d.id = c.directory_id ORDER BY c.depth",
      snapshot);
  std::vector<Layer> layers;
  while (row.step()) {
    layers.push_back({row.integer(0), row.integer(1) != 0});
    if (layers.back().opaque_root) break;
  }
  return layers;
}

Usage stored_usage(state::Database& database, std::int64_t directory) {
  state::Statement row = database.query("SELECT size, inodes FROM directories WHERE id = ?", directory);
  if (!row.step()) return {};
  return {row.integer(0), row.integer(1)};
}

std::optional<Layer> find_unpacked(state::Database& database, const std::string& snapshotter,
                                   const std::string& chain_id) {
  state::Statement row = database.query(
      "SELECT id, opaque_root FROM directories WHERE snapshotter = ? AND chain_id = ?", snapshotter, chain_id);
  if (!row.step()) return std::nullopt;
  return Layer{row.integer(0), row.integer(1) != 0};
}

std::vector<Info> list(state::Database& database, const Space& space) {
  return read_labelled_rows(
      database.query("SELECT s.id, s.key, p.key, s.kind, s.created_at, s.updated_at, l.key, l.value "
                     "FROM snapshots s LEFT JOIN snapshots p ON p.id = s.parent_id "
                     "LEFT JOIN snapshot_labels l ON l.owner_id = s.id "
                     "WHERE s.namespace_id = (SELECT id FROM namespaces WHERE name = ?) AND s.snapshotter = ? "
                     "ORDER BY s.key, l.key",
                     space.ns, space.snapshotter),
      kLabelColumn, read_info);
}

std::optional<Info> info(state::Database& database, const Space& space, const std::string& key) {
  auto found = read_labelled_rows(
      database.query("SELECT s.id, s.key, p.key, s.kind, s.created_at, s.updated_at, l.key, l.value "
                     "FROM snapshots s LEFT JOIN snapshots p ON p.id = s.parent_id "
                     "LEFT JOIN snapshot_labels l ON l.owner_id = s.id "
                     "WHERE s.namespace_id = (SELECT id FROM namespaces WHERE name = ?) AND s.snapshotter = ? "
                     "AND s.key = ? ORDER BY l.key",
                     space.ns, space.snapshotter, key),
      kLabelColumn, read_info);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<std::string> children(state::Database& database, std::int64_t snapshot) {
  state::Statement row = database.query("SELECT key FROM snapshots WHERE parent_id = ? ORDER BY key", snapshot);
  std::vector<std::string> keys;
  while (row.step()) keys.push_back(row.text(0));
  return keys;
}

void insert_directory(state::Transaction& tx, const Directory& directory) {
  tx.execute(
      "INSERT INTO directories(id, snapshotter, chain_id, parent_id, opaque_root, size, inodes, created_at) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      directory.id, directory.snapshotter, directory.chain_id, directory.parent, directory.opaque_root,
      directory.usage.size_bytes, directory.usage.inodes, now_ns());
}

std::int64_t insert(state::Transaction& tx, std::int64_t namespace_id, const std::string& snapshotter,
                    const std::string& key, Kind kind, std::optional<std::int64_t> parent, std::int64_t directory) {
  const UnixNanos now = now_ns();
  return tx.insert(
      "INSERT INTO snapshots(namespace_id, snapshotter, key, kind, parent_id, directory_id, created_at, updated_at) "
      "VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      namespace_id, snapshotter, key, static_cast<int>(kind), parent, directory, now, now);
}

void commit(state::Transaction& tx, const Snapshot& snapshot, const std::string& name, const Usage& usage) {
  tx.execute("UPDATE snapshots SET key = ?, kind = ?, updated_at = ? WHERE id = ?", name,
             static_cast<int>(Kind::committed), now_ns(), snapshot.id);
  tx.execute("UPDATE directories SET size = ?, inodes = ? WHERE id = ?", usage.size_bytes, usage.inodes,
             snapshot.directory);
}

std::optional<std::int64_t> remove(state::Transaction& tx, const Snapshot& snapshot) {
  tx.execute("DELETE FROM snapshots WHERE id = ?", snapshot.id);
  if (tx.query("SELECT 1 FROM snapshots WHERE directory_id = ?", snapshot.directory).step()) return std::nullopt;
  tx.execute("DELETE FROM directories WHERE id = ?", snapshot.directory);
  return snapshot.directory;
}

}  // namespace ctrbox::core::snapshots::rows
