#include "core/containers/containers.h"

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/containers/runtime_options.h"
#include "core/events/outbox.h"
#include "core/filters/keep_matching.h"
#include "core/labels/labelled_rows.h"
#include "core/namespaces/elsewhere.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::core::containers {
namespace {

constexpr int kLabelColumn = 10;
constexpr std::int64_t kStoppedTask = 3;
constexpr int kGeneratedIdBytes = 6;

Container read_container(const state::Statement& row) {
  Container container;
  container.id = row.text(1);
  container.image = row.text(2);
  container.runtime_name = row.text(3);
  container.snapshotter = row.text(4);
  container.snapshot_key = row.text(5);
  container.created_at = row.integer(6);
  container.updated_at = row.integer(7);
  container.runtime_binary = binary_in(row.blob(8));
  container.spec = row.text(9);
  return container;
}

std::optional<std::string> field_of(const Container& container, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"id"}) return container.id;
  if (path == std::vector<std::string>{"image"}) return container.image;
  if (path == std::vector<std::string>{"runtime", "name"}) return container.runtime_name;
  return find_label(container.labels, path);
}

Error not_found_container(state::Database& database, const std::string& ns, const std::string& id) {
  return namespaces::not_found_in("container " + quoted(id), ns,
                                  database.query("SELECT n.name FROM namespaces n JOIN containers c "
                                                 "ON c.namespace_id = n.id WHERE c.name = ? ORDER BY n.name",
                                                 id));
}

}  // namespace

void create(state::Transaction& tx, const std::string& ns, const Container& container) {
  check_identifier(container.id);
  const std::int64_t namespace_id = namespaces::ensure(tx, ns);
  if (find_row(tx.database(), ns, container.id))
    throw already_exists("container " + quoted(container.id) + ": already exists");
  const UnixNanos now = now_ns();
  const std::string options = encode_runtime_options(container.runtime_binary);
  const std::int64_t row = tx.insert(
      "INSERT INTO containers(namespace_id, name, image, runtime_name, spec, snapshotter, snapshot_key, created_at, "
      "updated_at, runtime_options) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      namespace_id, container.id, container.image, container.runtime_name, container.spec, container.snapshotter,
      container.snapshot_key, now, now, state::as_blob(options));
  merge_labels(tx, LabelOwner::containers, row, container.labels);
  events::append(
      tx, ns,
      events::ContainerCreate{container.id, container.image, container.runtime_name, without_removals(container.labels),
                              container.snapshotter, container.snapshot_key, options});
}

std::optional<Container> find(state::Database& database, const std::string& ns, const std::string& id) {
  auto containers = read_labelled_rows(
      database.query("SELECT c.id, c.name, c.image, c.runtime_name, c.snapshotter, c.snapshot_key, c.created_at, "
                     "c.updated_at, c.runtime_options, c.spec, l.key, l.value "
                     "FROM namespaces n JOIN containers c ON c.namespace_id = n.id "
                     "LEFT JOIN container_labels l ON l.owner_id = c.id WHERE n.name = ? AND c.name = ? ORDER BY l.key",
                     ns, id),
      kLabelColumn, read_container);
  if (containers.empty()) return std::nullopt;
  return std::move(containers.front());
}

Container get(state::Database& database, const std::string& ns, const std::string& id) {
  auto container = find(database, ns, id);
  if (!container) throw not_found_container(database, ns, id);
  return *std::move(container);
}

std::vector<Container> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters) {
  auto containers = read_labelled_rows(
      database.query("SELECT c.id, c.name, c.image, c.runtime_name, c.snapshotter, c.snapshot_key, c.created_at, "
                     "c.updated_at, c.runtime_options, '', l.key, l.value "
                     "FROM containers c LEFT JOIN container_labels l ON l.owner_id = c.id "
                     "WHERE c.namespace_id = (SELECT id FROM namespaces WHERE name = ?) ORDER BY c.name, l.key",
                     ns),
      kLabelColumn, read_container);
  return keep_matching(std::move(containers), filters, field_of);
}

std::optional<std::int64_t> find_row(state::Database& database, const std::string& ns, const std::string& id) {
  state::Statement row = database.query(
      "SELECT c.id FROM containers c JOIN namespaces n ON n.id = c.namespace_id WHERE n.name = ? AND c.name = ?", ns,
      id);
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

std::string unused_id(state::Database& database, const std::string& ns) {
  std::string id;
  do {
    id = random_hex(kGeneratedIdBytes);
  } while (find_row(database, ns, id));
  return id;
}

void remove(state::Transaction& tx, const std::string& ns, const std::string& id) {
  const auto row = find_row(tx.database(), ns, id);
  if (!row) throw not_found_container(tx.database(), ns, id);
  {
    state::Statement task = tx.query("SELECT status FROM tasks WHERE container_id = ?", *row);
    if (task.step()) {
      throw failed_precondition(task.integer(0) == kStoppedTask
                                    ? "cannot delete container " + id +
                                          ": it has a stopped task (remove that first: ctr tasks rm " + id + ")"
                                    : "cannot delete running task " + id);
    }
  }
  tx.execute("DELETE FROM containers WHERE id = ?", *row);
  events::append(tx, ns, events::ContainerDelete{id});
}

}  // namespace ctrbox::core::containers
