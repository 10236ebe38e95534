#include "core/namespaces/namespaces.h"

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/events/outbox.h"
#include "core/filters/keep_matching.h"
#include "core/labels/labelled_rows.h"

namespace ctrbox::core::namespaces {
namespace {

std::int64_t insert(state::Transaction& tx, const std::string& name, const Labels& labels) {
  check_name(name);
  const std::int64_t id = tx.insert("INSERT INTO namespaces(name, created_at) VALUES(?, ?)", name, now_ns());
  merge_labels(tx, LabelOwner::namespaces, id, labels);
  events::append(tx, name, events::NamespaceCreate{name, without_removals(labels)});
  return id;
}

std::optional<std::string> field_of(const Namespace& one, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"name"}) return one.name;
  return find_label(one.labels, path);
}

std::int64_t count(state::Statement row) { return row.step() ? row.integer(0) : 0; }

std::string counted(std::int64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

/// "1 image and 2 containers"; "" when there is neither.
std::string inhabitants(state::Transaction& tx, std::int64_t id) {
  const auto images = count(tx.query("SELECT count(*) FROM images WHERE namespace_id = ?", id));
  const auto containers = count(tx.query("SELECT count(*) FROM containers WHERE namespace_id = ?", id));
  if (images == 0 && containers == 0) return "";
  if (containers == 0) return counted(images, "image");
  if (images == 0) return counted(containers, "container");
  return counted(images, "image") + " and " + counted(containers, "container");
}

/// What goes with its namespace is told like everything else: children before their parents, which are older.
void tell_what_goes(state::Transaction& tx, const std::string& name, std::int64_t id) {
  state::Statement snapshot =
      tx.query("SELECT key, snapshotter FROM snapshots WHERE namespace_id = ? ORDER BY id DESC", id);
  while (snapshot.step()) events::append(tx, name, events::SnapshotRemove{snapshot.text(0), snapshot.text(1)});
  state::Statement content =
      tx.query("SELECT b.digest FROM content c JOIN blobs b ON b.id = c.blob_id WHERE c.namespace_id = ?", id);
  while (content.step()) events::append(tx, name, events::ContentDelete{content.text(0)});
}

}  // namespace

void create(state::Transaction& tx, const std::string& name, const Labels& labels) {
  if (find_id(tx.database(), name)) throw already_exists("namespace " + quoted(name) + ": already exists");
  insert(tx, name, labels);
}

std::int64_t ensure(state::Transaction& tx, const std::string& name) {
  if (const auto id = find_id(tx.database(), name)) return *id;
  return insert(tx, name, {});
}

std::optional<std::int64_t> find_id(state::Database& database, const std::string& name) {
  state::Statement row = database.query("SELECT id FROM namespaces WHERE name = ?", name);
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

void label(state::Transaction& tx, const std::string& name, const Labels& labels) {
  const auto id = find_id(tx.database(), name);
  if (!id) {
    insert(tx, name, labels);
    return;
  }
  if (!merge_labels(tx, LabelOwner::namespaces, *id, labels)) return;
  events::append(tx, name, events::NamespaceUpdate{name, read_labels(tx.database(), LabelOwner::namespaces, *id)});
}

std::vector<Namespace> list(state::Database& database, const std::vector<std::string>& filters) {
  auto all =
      read_labelled_rows(database.query("SELECT n.id, n.name, l.key, l.value FROM namespaces n "
                                        "LEFT JOIN namespace_labels l ON l.owner_id = n.id ORDER BY n.name, l.key"),
                         2, [](const state::Statement& row) {
                           return Namespace{row.text(1), {}};
                         });
  return keep_matching(std::move(all), filters, field_of);
}

void remove(state::Transaction& tx, const std::string& name) {
  const auto id = find_id(tx.database(), name);
  if (!id) throw not_found("namespace " + quoted(name) + ": not found");
  const std::string found = inhabitants(tx, *id);
  if (!found.empty()) {
    throw failed_precondition("namespace " + quoted(name) + " must be empty, but it still has " + found);
  }
  tell_what_goes(tx, name, *id);
  // One statement: parents among the snapshots go together with their children.
  tx.execute("DELETE FROM snapshots WHERE namespace_id = ?", *id);
  tx.execute("DELETE FROM namespaces WHERE id = ?", *id);
  events::append(tx, name, events::NamespaceDelete{name});
}

}  // namespace ctrbox::core::namespaces
