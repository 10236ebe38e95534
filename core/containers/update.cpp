#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/containers/runtime_options.h"
#include "core/events/outbox.h"

namespace ctrbox::core::containers {
namespace {

constexpr std::string_view kLabelPrefix = "labels.";
constexpr const char* kAllFields[] = {"labels", "image", "runtime", "spec", "rootfs"};

void apply_label(Labels& labels, const Labels& wanted, const std::string& key) {
  const auto found = wanted.find(key);
  labels[key] = found == wanted.end() ? "" : found->second;
}

void apply_field(Container& to, const Container& from, const std::string& field) {
  if (field == "labels") {
    to.labels = from.labels;
  } else if (field.size() > kLabelPrefix.size() && field.starts_with(kLabelPrefix)) {
    apply_label(to.labels, from.labels, field.substr(kLabelPrefix.size()));
  } else if (field == "image") {
    to.image = from.image;
  } else if (field == "runtime") {
    to.runtime_name = from.runtime_name;
    to.runtime_binary = from.runtime_binary;
  } else if (field == "spec") {
    to.spec = from.spec;
  } else if (field == "rootfs") {
    to.snapshot_key = from.snapshot_key;
  } else {
    throw invalid_argument("cannot update " + quoted(field) + " field on " + quoted(from.id));
  }
}

bool replace_columns(state::Transaction& tx, std::int64_t row, const Container& before, const Container& after) {
  if (before.image == after.image && before.runtime_name == after.runtime_name &&
      before.runtime_binary == after.runtime_binary && before.spec == after.spec &&
      before.snapshot_key == after.snapshot_key && before.snapshotter == after.snapshotter)
    return false;
  tx.execute(
      "UPDATE containers SET image = ?, runtime_name = ?, runtime_options = ?, spec = ?, snapshot_key = ?, "
      "snapshotter = ? WHERE id = ?",
      after.image, after.runtime_name, state::as_blob(encode_runtime_options(after.runtime_binary)), after.spec,
      after.snapshot_key, after.snapshotter, row);
  return true;
}

}  // namespace

Container update(state::Transaction& tx, const std::string& ns, const Container& container,
                 const std::vector<std::string>& fields) {
  if (container.id.empty()) throw invalid_argument("Container.ID required");
  const Container before = get(tx.database(), ns, container.id);
  Container after = before;
  for (const std::string& field : fields) apply_field(after, container, field);
  if (fields.empty()) {
    for (const char* field : kAllFields) apply_field(after, container, field);
    after.snapshotter = container.snapshotter;
  }
  const std::int64_t row = *find_row(tx.database(), ns, container.id);
  const bool replaced = replace_columns(tx, row, before, after);
  const bool relabelled = replace_labels(tx, LabelOwner::containers, row, after.labels);
  if (!replaced && !relabelled) return before;
  tx.execute("UPDATE containers SET updated_at = ? WHERE id = ?", now_ns(), row);
  after = get(tx.database(), ns, container.id);
  events::append(tx, ns, events::ContainerUpdate{after.id, after.image, after.labels, after.snapshot_key});
  return after;
}

}  // namespace ctrbox::core::containers
