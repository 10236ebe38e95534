#include "core/content/content.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/events/outbox.h"
#include "core/filters/keep_matching.h"
#include "core/labels/labelled_rows.h"
#include "core/namespaces/elsewhere.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::core::content {
namespace {

constexpr int kLabelColumn = 5;

Info read_info(const state::Statement& row) {
  return {Digest::parse(row.text(1)), row.integer(2), {}, row.integer(3), row.integer(4)};
}

std::optional<std::string> field_of(const Info& info, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"digest"}) return info.digest.text();
  if (path == std::vector<std::string>{"size"}) return std::to_string(info.size);
  return find_label(info.labels, path);
}

std::optional<std::int64_t> find_row(state::Database& database, const std::string& ns, const Digest& digest) {
  state::Statement row = database.query(
      "SELECT c.id FROM content c JOIN namespaces n ON n.id = c.namespace_id JOIN blobs b ON b.id = c.blob_id "
      "WHERE n.name = ? AND b.digest = ?",
      ns, digest.text());
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

/// Throws data_loss if the blob is known with another size: one of the two is not what its digest says.
std::int64_t ensure_blob(state::Transaction& tx, const Digest& digest, std::int64_t size) {
  state::Statement row = tx.query("SELECT id, size FROM blobs WHERE digest = ?", digest.text());
  if (!row.step()) {
    return tx.insert("INSERT INTO blobs(digest, size, created_at) VALUES(?, ?, ?)", digest.text(), size, now_ns());
  }
  if (row.integer(1) != size) {
    throw data_loss("content " + digest.text() + " is recorded with " + std::to_string(row.integer(1)) +
                    " bytes, not " + std::to_string(size));
  }
  return row.integer(0);
}

void insert(state::Transaction& tx, const std::string& ns, const Digest& digest, std::int64_t size,
            const Labels& labels) {
  const std::int64_t namespace_id = namespaces::ensure(tx, ns);
  const std::int64_t blob_id = ensure_blob(tx, digest, size);
  const UnixNanos now = now_ns();
  const std::int64_t id =
      tx.insert("INSERT INTO content(namespace_id, blob_id, created_at, updated_at) VALUES(?, ?, ?, ?)", namespace_id,
                blob_id, now, now);
  merge_labels(tx, LabelOwner::content, id, labels);
  events::append(tx, ns, events::ContentCreate{digest.text(), size, now, now, without_removals(labels)});
}

}  // namespace

std::optional<std::int64_t> find_blob(state::Database& database, const Digest& digest) {
  state::Statement row = database.query("SELECT size FROM blobs WHERE digest = ?", digest.text());
  if (!row.step()) return std::nullopt;
  return row.integer(0);
}

bool has(state::Database& database, const std::string& ns, const Digest& digest) {
  return find_row(database, ns, digest).has_value();
}

std::optional<Info> find(state::Database& database, const std::string& ns, const Digest& digest) {
  auto infos = read_labelled_rows(
      database.query("SELECT c.id, b.digest, b.size, c.created_at, c.updated_at, l.key, l.value "
                     "FROM content c JOIN namespaces n ON n.id = c.namespace_id JOIN blobs b ON b.id = c.blob_id "
                     "LEFT JOIN content_labels l ON l.owner_id = c.id WHERE n.name = ? AND b.digest = ? ORDER BY l.key",
                     ns, digest.text()),
      kLabelColumn, read_info);
  if (infos.empty()) return std::nullopt;
  return std::move(infos.front());
}

Info get(state::Database& database, const std::string& ns, const Digest& digest) {
  auto info = find(database, ns, digest);
  if (info) return *std::move(info);
  throw namespaces::not_found_in(
      "content digest " + digest.text(), ns,
      database.query("SELECT n.name FROM blobs b JOIN content c ON c.blob_id = b.id "
                     "JOIN namespaces n ON n.id = c.namespace_id WHERE b.digest = ? ORDER BY n.name",
                     digest.text()));
}

std::vector<Info> list(state::Database& database, const std::string& ns, const std::vector<std::string>& filters) {
  // In the order of the index, so that nothing that is long gets sorted in SQL.
  auto infos = read_labelled_rows(
      database.query("SELECT c.id, b.digest, b.size, c.created_at, c.updated_at, l.key, l.value "
                     "FROM content c JOIN blobs b ON b.id = c.blob_id "
                     "LEFT JOIN content_labels l ON l.owner_id = c.id "
                     "WHERE c.namespace_id = (SELECT id FROM namespaces WHERE name = ?) ORDER BY c.blob_id, l.key",
                     ns),
      kLabelColumn, read_info);
  std::sort(infos.begin(), infos.end(), [](const Info& a, const Info& b) { return a.digest < b.digest; });
  return keep_matching(std::move(infos), filters, field_of);
}

void put(state::Transaction& tx, const std::string& ns, const Digest& digest, std::int64_t size, const Labels& labels) {
  const auto id = find_row(tx.database(), ns, digest);
  if (!id) {
    insert(tx, ns, digest, size, labels);
    return;
  }
  ensure_blob(tx, digest, size);
  if (!merge_labels(tx, LabelOwner::content, *id, labels)) return;
  tx.execute("UPDATE content SET updated_at = ? WHERE id = ?", now_ns(), *id);
  const std::optional<Info> info = find(tx.database(), ns, digest);
  events::append(tx, ns,
                 events::ContentUpdate{{digest.text(), info->size, info->created_at, info->updated_at, info->labels}});
}

bool remove(state::Transaction& tx, const std::string& ns, const Digest& digest) {
  const auto id = find_row(tx.database(), ns, digest);
  if (!id) return false;
  tx.execute("DELETE FROM content WHERE id = ?", *id);
  events::append(tx, ns, events::ContentDelete{digest.text()});
  return true;
}

}  // namespace ctrbox::core::content
