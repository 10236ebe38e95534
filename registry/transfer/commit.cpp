#include "registry/transfer/commit.h"

#include <map>
#include <string_view>

#include "core/content/content.h"
#include "core/images/images.h"
#include "core/images/measure.h"
#include "core/sys/failpoint.h"

namespace ctrbox::registry::transfer {
namespace {

using core::Digest;
using core::Labels;

constexpr const char* kRefContent = "containerd.io/gc.ref.content.";
constexpr const char* kRefSnapshot = "containerd.io/gc.ref.snapshot.";
constexpr const char* kSource = "containerd.io/distribution.source.";
constexpr const char* kUncompressed = "containerd.io/uncompressed";

bool lists(std::string_view commas, std::string_view name) {
  while (!commas.empty()) {
    const auto end = commas.find(',');
    if (commas.substr(0, end) == name) return true;
    if (end == std::string_view::npos) break;
    commas.remove_prefix(end + 1);
  }
  return false;
}

/// Adds the repository to those the blob is known to come from, as long as there is room.
void add_source(Labels& labels, const Labels& known, const core::Reference& reference) {
  const std::string key = kSource + reference.host;
  const auto found = known.find(key);
  if (found == known.end()) {
    labels[key] = reference.repository;
  } else if (!lists(found->second, reference.repository) &&
             key.size() + found->second.size() + 1 + reference.repository.size() <= core::kMaxLabelBytes) {
    labels[key] = found->second + "," + reference.repository;
  }
}

/// The labels that follow from the image alone.
std::map<Digest, Labels> labels_of(const ImageTree& tree, const PullRequest& request) {
  std::map<Digest, Labels> labels;
  for (const Document& document : tree.documents) {
    for (std::size_t i = 0; i < document.children.size(); ++i)
      labels[document.descriptor.digest][kRefContent + std::to_string(i)] = document.children[i].digest.text();
  }
  if (!tree.to_unpack) return labels;
  const Image& image = *tree.to_unpack;
  for (std::size_t i = 0; i < image.layers.size(); ++i)
    labels[image.layers[i].digest][kUncompressed] = image.diff_ids[i].text();
  if (!image.diff_ids.empty())
    labels[image.config][kRefSnapshot + request.snapshotter] =
        core::chain_id(image.diff_ids, image.diff_ids.size()).text();
  return labels;
}

}  // namespace

void place_files(Plan& plan, const core::Paths& paths) {
  bool placed = false;
  for (BlobWork& blob : plan.blobs) {
    if (!blob.fetched) continue;
    blob.ingest->place_and_hold(blob.descriptor.digest);
    placed = true;
  }
  if (placed) core::content::Store(paths).sync_blobs();
  core::failpoint("pull.blobs_placed");
  if (plan.unpack && !plan.unpack->missing().empty()) plan.unpack->place();
  core::failpoint("pull.placed");
}

void record(state::Database& database, const core::Paths& paths, Plan& plan, const ImageTree& tree,
            const PullRequest& request) {
  const core::content::Store store(paths);
  std::map<Digest, Labels> fixed = labels_of(tree, request);
  database.write(state::Durability::full, [&](state::Transaction& tx) {
    for (const BlobWork& blob : plan.blobs) {
      const Digest& digest = blob.descriptor.digest;
      if (!blob.fetched && !core::content::find_blob(tx.database(), digest)) throw PlanOutdated();
      const auto known = core::content::find(tx.database(), request.ns, digest);
      Labels labels = fixed[digest];
      add_source(labels, known ? known->labels : Labels{}, request.reference);
      core::content::put(tx, request.ns, digest, blob.descriptor.size, labels);
    }
    if (plan.unpack) plan.unpack->record(tx);
    core::images::put(tx, request.ns, request.reference.text(), tree.target, {});
    core::images::remember_measure(tx, store, request.ns, tree.target);
    core::failpoint("pull.before_commit");
  });
  core::failpoint("pull.committed");
  if (plan.unpack) plan.unpack->keep();
}

}  // namespace ctrbox::registry::transfer
