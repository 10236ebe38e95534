#include "registry/transfer/plan.h"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "core/content/content.h"
#include "core/sys/file.h"
#include "core/sys/limits.h"

namespace ctrbox::registry::transfer {
namespace {

class Planner {
 public:
  Planner(state::Database& database, const core::Paths& paths, const PullRequest& request, const ImageTree& tree,
          const std::set<core::Digest>& distrusted)
      : database_(database), paths_(paths), request_(request), tree_(tree), distrusted_(distrusted) {}

  Plan make(const std::function<bool()>& cancelled);

 private:
  bool is_present(const core::Descriptor& descriptor) const;
  void list_blobs();
  void look();
  bool needs_claim(std::size_t blob) const;
  bool claim(const std::function<bool()>& cancelled);
  void drop_needless_claims();
  void arrange_steps();

  state::Database& database_;
  const core::Paths& paths_;
  const PullRequest& request_;
  const ImageTree& tree_;
  const std::set<core::Digest>& distrusted_;
  Plan plan_;
  std::map<core::Digest, std::size_t> blob_of_;
};

bool Planner::is_present(const core::Descriptor& descriptor) const {
  if (distrusted_.count(descriptor.digest) != 0) return false;
  if (core::content::find_blob(database_, descriptor.digest) != descriptor.size) return false;
  const auto status = core::find_status(AT_FDCWD, paths_.blob(descriptor.digest));
  return status && S_ISREG(status->st_mode) && status->st_size == descriptor.size;
}

void Planner::list_blobs() {
  for (const Document& document : tree_.documents) {
    blob_of_.emplace(document.descriptor.digest, plan_.blobs.size());
    plan_.blobs.push_back({document.descriptor, &document.bytes, false, std::nullopt, false});
  }
  for (const core::Descriptor& layer : tree_.layers) {
    if (!blob_of_.emplace(layer.digest, plan_.blobs.size()).second) continue;
    plan_.blobs.push_back({layer, nullptr, false, std::nullopt, false});
  }
}

void Planner::look() {
  for (BlobWork& blob : plan_.blobs) blob.present = is_present(blob.descriptor);
  plan_.unpack.reset();
  if (tree_.to_unpack && !tree_.to_unpack->diff_ids.empty())
    plan_.unpack.emplace(database_, paths_, request_.ns, request_.snapshotter, tree_.to_unpack->diff_ids);
}

bool Planner::needs_claim(std::size_t blob) const {
  if (!plan_.blobs[blob].present) return true;
  if (!plan_.unpack) return false;
  for (const std::size_t layer : plan_.unpack->missing()) {
    if (blob_of_.at(tree_.to_unpack->layers[layer].digest) == blob) return true;
  }
  return false;
}

/// Returns whether anything was claimed. The map is in the order of digests.
bool Planner::claim(const std::function<bool()>& cancelled) {
  const core::content::Store store(paths_);
  bool claimed = false;
  for (const auto& [digest, i] : blob_of_) {
    if (!needs_claim(i)) continue;
    if (!claimed) core::raise_limit_of_open_files();
    claimed = true;
    plan_.blobs[i].ingest.emplace(store.begin(ref_key(plan_.blobs[i].descriptor), cancelled));
  }
  return claimed;
}

void Planner::drop_needless_claims() {
  for (std::size_t i = 0; i < plan_.blobs.size(); ++i) {
    BlobWork& blob = plan_.blobs[i];
    if (!blob.ingest || needs_claim(i)) continue;
    blob.ingest->discard();
    blob.ingest.reset();
  }
}

void Planner::arrange_steps() {
  std::map<std::size_t, std::vector<LayerStep>> by_blob;
  if (plan_.unpack) {
    for (const std::size_t layer : plan_.unpack->missing()) {
      const std::size_t blob = blob_of_.at(tree_.to_unpack->layers[layer].digest);
      by_blob[blob].push_back({blob, layer});
    }
  }
  for (std::size_t i = 0; i < plan_.blobs.size(); ++i) {
    if (plan_.blobs[i].document == nullptr && !plan_.blobs[i].present && !by_blob.contains(i))
      by_blob[i].push_back({i, std::nullopt});
  }
  for (auto& [blob, steps] : by_blob) plan_.sequences.push_back(std::move(steps));
  std::stable_sort(plan_.sequences.begin(), plan_.sequences.end(), [&](const auto& a, const auto& b) {
    return plan_.blobs[a.front().blob].descriptor.size > plan_.blobs[b.front().blob].descriptor.size;
  });
}

Plan Planner::make(const std::function<bool()>& cancelled) {
  list_blobs();
  look();
  if (claim(cancelled)) {
    look();
    drop_needless_claims();
  }
  arrange_steps();
  return std::move(plan_);
}

}  // namespace

Plan make_plan(state::Database& database, const core::Paths& paths, const PullRequest& request, const ImageTree& tree,
               const std::set<core::Digest>& distrusted, const std::function<bool()>& cancelled) {
  return Planner(database, paths, request, tree, distrusted).make(cancelled);
}

}  // namespace ctrbox::registry::transfer
