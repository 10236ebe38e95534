#include "registry/transfer/pull.h"

#include <set>
#include <string_view>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/scope_exit.h"
#include "core/content/store.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/unpack.h"
#include "core/sys/failpoint.h"
#include "registry/remote/repository.h"
#include "registry/remote/resolver.h"
#include "registry/transfer/commit.h"
#include "registry/transfer/image_tree.h"
#include "registry/transfer/layers.h"
#include "registry/transfer/plan.h"
#include "registry/transfer/report.h"

namespace ctrbox::registry {
namespace {

using core::ProgressState;
using namespace transfer;

/// Blobs that go missing or turn out damaged make a pull start over, each time with less to hope from the store.
constexpr int kMaxAttempts = 20;

remote::Resolved resolve(remote::Repository& repository, const PullRequest& request, Report& report) {
  const std::string name = request.reference.text();
  report.set(name, ProgressState::resolving);
  remote::Resolved resolved = core::with_context("failed to resolve reference " + core::quoted(name),
                                                 [&] { return remote::resolve(repository, request.reference); });
  report.set(name, ProgressState::resolved);
  return resolved;
}

/// Ends the claims: after the rows are written, so that who waited finds them, or when there will be none.
void end_claims(Plan& plan) noexcept {
  for (BlobWork& blob : plan.blobs) {
    try {
      if (blob.ingest) blob.ingest->discard();
    } catch (const std::exception& error) {
      core::log::debug(std::string("left for the next sweep: ") + error.what());
    }
  }
}

/// The documents are in memory and verified: they only have to be written.
void write_documents(Plan& plan) {
  for (BlobWork& blob : plan.blobs) {
    if (blob.document == nullptr || blob.present) continue;
    blob.ingest->write(std::as_bytes(std::span(*blob.document)));
    blob.fetched = true;
  }
}

void show_what_exists(const Plan& plan, Report& report) {
  for (const BlobWork& blob : plan.blobs) {
    if (blob.document == nullptr && blob.present) report.set(ref_key(blob.descriptor), ProgressState::exists);
  }
}

void attempt(state::Database& database, const core::Paths& paths, const PullRequest& request, const ImageTree& tree,
             const std::set<core::Digest>& distrusted, const LayerContext& context) {
  Plan plan = make_plan(database, paths, request, tree, distrusted, context.cancelled);
  const core::ScopeExit claims_end([&] { end_claims(plan); });
  core::failpoint("pull.planned");
  show_what_exists(plan, context.report);
  write_documents(plan);
  process_layers(plan, tree, context);
  const bool unpacked = plan.unpack && !plan.unpack->missing().empty();
  if (unpacked) plan.unpack->finish();
  core::failpoint("pull.before_sync");
  bool fetched = false;
  for (const BlobWork& blob : plan.blobs) fetched = fetched || blob.fetched;
  if (fetched || unpacked) sync_files(plan, paths);
  if (context.cancelled()) throw core::canceled("interrupted");
  place_files(plan, paths);
  record(database, paths, plan, tree, request);
}

void attempt_until_whole(state::Database& database, const core::Paths& paths, const PullRequest& request,
                         const ImageTree& tree, const LayerContext& context) {
  std::set<core::Digest> distrusted = tree.damaged;
  for (int tries = 1;; ++tries) {
    try {
      return attempt(database, paths, request, tree, distrusted, context);
    } catch (const DamagedBlob& damage) {
      if (!distrusted.insert(damage.digest()).second) throw core::data_loss(damage.what());
      core::log::debug(std::string(damage.what()) + ": fetching it again");
    } catch (const PlanOutdated&) {
      if (tries == kMaxAttempts) throw core::unavailable("content is being removed while it is pulled");
    }
  }
}

}  // namespace

PullResult pull(state::Database& database, const core::Paths& paths, const PullRequest& request,
                core::ProgressSink& progress, const std::function<bool()>& cancelled) {
  if (request.unpack) core::snapshots::check_snapshotter(request.snapshotter);
  const core::content::Store store(paths);
  store.sweep_ingests();
  core::snapshots::sweep_staging(paths);
  Report report(progress);
  remote::Repository repository(request.reference, request.access, cancelled);
  const ImageTree tree = read_image_tree(repository, store, resolve(repository, request, report), request, report);
  attempt_until_whole(database, paths, request, tree, {repository, store, paths, report, cancelled});
  PullResult result;
  result.target = tree.target;
  if (tree.to_unpack && !tree.to_unpack->diff_ids.empty())
    result.chain_id = core::chain_id(tree.to_unpack->diff_ids, tree.to_unpack->diff_ids.size()).text();
  result.bytes_moved = report.bytes_moved();
  return result;
}

}  // namespace ctrbox::registry
