#include "core/labels/labels.h"

#include <array>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kShownKeyBytes = 10;

/// The statements of one table of labels, built once.
struct LabelTable {
  std::string read, set, unset, clear;

  explicit LabelTable(const std::string& table)
      : read("SELECT key, value FROM " + table + " WHERE owner_id = ? ORDER BY key"),
        set("INSERT INTO " + table +
            "(owner_id, key, value) VALUES(?, ?, ?) ON CONFLICT(owner_id, key) DO UPDATE SET value = excluded.value "
            "WHERE value <> excluded.value"),
        unset("DELETE FROM " + table + " WHERE owner_id = ? AND key = ?"),
        clear("DELETE FROM " + table + " WHERE owner_id = ?") {}
};

const LabelTable& table_of(LabelOwner owner) {
  static const std::array<LabelTable, 5> tables = {LabelTable("namespace_labels"), LabelTable("image_labels"),
                                                   LabelTable("content_labels"), LabelTable("snapshot_labels"),
                                                   LabelTable("container_labels")};
  return tables[static_cast<std::size_t>(owner)];
}

}  // namespace

void check_labels(const Labels& labels) {
  for (const auto& [key, value] : labels) {
    if (key.empty()) throw invalid_argument("label key must not be empty");
    if (key.size() + value.size() > kMaxLabelBytes) {
      throw invalid_argument("label key and value greater than maximum size (" + std::to_string(kMaxLabelBytes) +
                             " bytes), key: " + key.substr(0, kShownKeyBytes));
    }
    if (!is_utf8(key) || !is_utf8(value)) throw invalid_argument("label " + quoted(key) + " is not valid UTF-8");
  }
}

Labels read_labels(state::Database& database, LabelOwner owner, std::int64_t owner_id) {
  Labels labels;
  state::Statement row = database.query(table_of(owner).read, owner_id);
  while (row.step()) labels.emplace_hint(labels.end(), row.text(0), row.text(1));
  return labels;
}

bool merge_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels) {
  check_labels(labels);
  const LabelTable& table = table_of(owner);
  std::int64_t changes = 0;
  for (const auto& [key, value] : labels) {
    changes += value.empty() ? tx.execute(table.unset, owner_id, key) : tx.execute(table.set, owner_id, key, value);
  }
  return changes > 0;
}

bool replace_labels(state::Transaction& tx, LabelOwner owner, std::int64_t owner_id, const Labels& labels) {
  check_labels(labels);
  if (read_labels(tx.database(), owner, owner_id) == without_removals(labels)) return false;
  tx.execute(table_of(owner).clear, owner_id);
  merge_labels(tx, owner, owner_id, labels);
  return true;
}

std::string label_or_none(const Labels& labels, const std::string& key) {
  const auto found = labels.find(key);
  return found == labels.end() ? "" : found->second;
}

Labels without_removals(Labels labels) {
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  return labels;
}

std::pair<std::string, std::string> parse_label(std::string_view text) {
  const std::size_t equals = text.find('=');
  std::string key(text.substr(0, equals));
  std::string value = equals == std::string_view::npos ? "true" : std::string(text.substr(equals + 1));
  if (key.empty()) throw invalid_argument("label " + quoted(text) + " has no key: write it as key=value");
  check_labels({{key, value}});
  return {std::move(key), std::move(value)};
}

std::string to_string(const Labels& labels) {
  std::string text;
  for (const auto& [key, value] : labels) text += (text.empty() ? "" : ",") + key + "=" + value;
  return text;
}

std::optional<std::string> find_label(const Labels& labels, const std::vector<std::string>& path) {
  if (path.size() < 2 || path[0] != "labels") return std::nullopt;
  std::string key = path[1];
  for (std::size_t i = 2; i < path.size(); ++i) key += "." + path[i];
  const auto found = labels.find(key);
  if (found == labels.end()) return std::nullopt;
  return found->second;
}

}  // namespace ctrbox::core
