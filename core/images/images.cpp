#include "core/images/images.h"

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/events/outbox.h"
#include "core/filters/keep_matching.h"
#include "core/labels/labelled_rows.h"
#include "core/namespaces/elsewhere.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::core::images {
namespace {

constexpr int kLabelColumn = 9;

Image read_image(const state::Statement& row) {
  Image image;
  image.name = row.text(1);
  image.target.media_type = row.text(2);
  image.target.digest = Digest::parse(row.text(3));
  image.target.size = row.integer(4);
  image.created_at = row.integer(5);
  image.updated_at = row.integer(6);
  if (!row.is_null(7)) {
    image.measured_size = row.integer(7);
    image.measured_platforms = row.text(8);
  }
  return image;
}

std::optional<std::string> field_of(const Image& image, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"name"}) return image.name;
  if (path == std::vector<std::string>{"target", "digest"}) return image.target.digest.text();
  if (path == std::vector<std::string>{"target", "mediatype"}) return image.target.media_type;
  return find_label(image.labels, path);
}

std::optional<std::int64_t> find_row(state::Database& database, const std::string& ns, const std::string& name) {
  state::Statement row = database.query(
      "SELECT i.id FROM images i JOIN namespaces n ON n.id = i.namespace_id WHERE n.name = ? AND i.name = ?", ns, name);
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

Error not_found_image(state::Database& database, const std::string& ns, const std::string& name) {
  return namespaces::not_found_in(
      "image " + quoted(name), ns,
      database.query("SELECT n.name FROM namespaces n JOIN images i ON i.namespace_id = n.id "
                     "WHERE i.name = ? ORDER BY n.name",
                     name));
}

void check_image(const std::string& name, const Descriptor& target) {
  if (name.empty()) throw invalid_argument("image name is required");
  if (!is_utf8(name)) throw invalid_argument("image name " + quoted(name) + " is not valid UTF-8");
  if (target.digest.empty()) throw invalid_argument("image " + quoted(name) + " has no target digest");
  if (target.size < 0) throw invalid_argument("image " + quoted(name) + " has a target of negative size");
}

void insert(state::Transaction& tx, const std::string& ns, const std::string& name, const Descriptor& target,
            const Labels& labels) {
  const std::int64_t namespace_id = namespaces::ensure(tx, ns);
  const UnixNanos now = now_ns();
  const std::int64_t id = tx.insert(
      "INSERT INTO images(namespace_id, name, media_type, digest, size, created_at, updated_at) "
      "VALUES(?, ?, ?, ?, ?, ?, ?)",
      namespace_id, name, target.media_type, target.digest.text(), target.size, now, now);
  merge_labels(tx, LabelOwner::images, id, labels);
  events::append(tx, ns, events::ImageCreate{name, without_removals(labels), target});
}

/// The time of change and the event of an image that has changed. Returns its labels.
Labels finish_update(state::Transaction& tx, const std::string& ns, const std::string& name, std::int64_t id) {
  tx.execute("UPDATE images SET updated_at = ? WHERE id = ?", now_ns(), id);
  Image image = get(tx.database(), ns, name);
  events::append(tx, ns, events::ImageUpdate{name, image.labels, image.target});
  return std::move(image.labels);
}

}  // namespace

void put(state::Transaction& tx, const std::string& ns, const std::string& name, const Descriptor& target,
         const Labels& labels) {
  check_image(name, target);
  const auto id = find_row(tx.database(), ns, name);
  if (!id) {
    insert(tx, ns, name, target, labels);
    return;
  }
  const std::int64_t moved = tx.execute(
      "UPDATE images SET media_type = ?1, digest = ?2, size = ?3, measured_size = NULL "
      "WHERE id = ?4 AND (media_type <> ?1 OR digest <> ?2 OR size <> ?3)",
      target.media_type, target.digest.text(), target.size, *id);
  const bool relabelled = merge_labels(tx, LabelOwner::images, *id, labels);
  if (moved > 0 || relabelled) finish_update(tx, ns, name, *id);
}

std::optional<Image> find(state::Database& database, const std::string& ns, const std::string& name) {
  auto images = read_labelled_rows(
      database.query(
          "SELECT i.id, i.name, i.media_type, i.digest, i.size, i.created_at, i.updated_at, i.measured_size, "
          "i.measured_platforms, l.key, l.value "
          "FROM namespaces n JOIN images i ON i.namespace_id = n.id "
          "LEFT JOIN image_labels l ON l.owner_id = i.id WHERE n.name = ? AND i.name = ? ORDER BY l.key",
          ns, name),
      kLabelColumn, read_image);
  if (images.empty()) return std::nullopt;
  return std::move(images.front());
}

Image get(state::Database& database, const std::string& ns, const std::string& name) {
  auto image = find(database, ns, name);
  if (!image) throw not_found_image(database, ns, name);
  return *std::move(image);
}

std::vector<Image> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters) {
  auto images = read_labelled_rows(
      database.query(
          "SELECT i.id, i.name, i.media_type, i.digest, i.size, i.created_at, i.updated_at, i.measured_size, "
          "i.measured_platforms, l.key, l.value "
          "FROM images i LEFT JOIN image_labels l ON l.owner_id = i.id "
          "WHERE i.namespace_id = (SELECT id FROM namespaces WHERE name = ?) ORDER BY i.name, l.key",
          ns),
      kLabelColumn, read_image);
  return keep_matching(std::move(images), filters, field_of);
}

Labels label(state::Transaction& tx, const std::string& ns, const std::string& name, const Labels& labels) {
  const auto id = find_row(tx.database(), ns, name);
  if (!id) throw not_found_image(tx.database(), ns, name);
  if (merge_labels(tx, LabelOwner::images, *id, labels)) return finish_update(tx, ns, name, *id);
  return read_labels(tx.database(), LabelOwner::images, *id);
}

bool remove(state::Transaction& tx, const std::string& ns, const std::string& name) {
  const auto id = find_row(tx.database(), ns, name);
  if (!id) return false;
  tx.execute("DELETE FROM images WHERE id = ?", *id);
  events::append(tx, ns, events::ImageDelete{name});
  return true;
}

}  // namespace ctrbox::core::images
