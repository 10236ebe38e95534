#include "core/snapshots/unpack.h"

#include <fcntl.h>

#include <map>
#include <optional>
#include <utility>

#include "core/base/error.h"
#include "core/diff/apply.h"
#include "core/diff/copy.h"
#include "core/diff/settle.h"
#include "core/events/outbox.h"
#include "core/namespaces/namespaces.h"
#include "core/oci/image_config.h"
#include "core/snapshots/driver.h"
#include "core/snapshots/staging.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "core/sys/node.h"

namespace ctrbox::core::snapshots {
namespace {

constexpr mode_t kRootMode = 0755;

/// A layer that we unpack.
struct Staged {
  std::optional<SnapshotDirectory> directory;
  Fd root;  // of its "fs"
  diff::StagedLayer layer;
  std::int64_t number = 0;
  bool recorded = false;
};

}  // namespace

struct Unpack::State {
  state::Database& database;
  Paths paths;
  std::string ns;
  std::string snapshotter;
  const Driver& driver;
  std::vector<Digest> chain_ids;
  Fd area;
  std::vector<std::size_t> missing;
  std::map<std::size_t, Staged> staged;  // the keys are fixed from the start: threads touch only their own value

  std::vector<int> roots_below(std::size_t layer, std::vector<Fd>& opened) const;
  void flatten(Staged& unpacked, const std::vector<int>& below) const;
  std::int64_t record_directory(state::Transaction& tx, std::size_t layer, std::optional<std::int64_t> parent);
  std::int64_t record_snapshot(state::Transaction& tx, std::int64_t namespace_id, std::size_t layer,
                               std::optional<std::int64_t> parent, std::int64_t directory) const;
};

Unpack::Unpack(state::Database& database, Paths paths, std::string ns, std::string snapshotter,
               std::vector<Digest> diff_ids)
    : state_(new State{database,
                       std::move(paths),
                       std::move(ns),
                       snapshotter,
                       driver_for(snapshotter),
                       core::chain_ids(diff_ids),
                       {},
                       {},
                       {}}) {
  State& state = *state_;
  for (std::size_t layer = 0; layer < state.chain_ids.size(); ++layer) {
    if (rows::find_unpacked(database, snapshotter, state.chain_ids[layer].text())) continue;
    state.missing.push_back(layer);
    state.staged[layer];
  }
  state.area = open_snapshotter_directory(state.paths, snapshotter);
  if (state.missing.empty()) return;
  // Unpacking is the moment when room is needed, and it is long enough not to notice this.
  sweep_staging(state.paths);
  sweep_unowned(database, state.paths, snapshotter);
}

Unpack::~Unpack() = default;
Unpack::Unpack(Unpack&&) noexcept = default;

const std::vector<std::size_t>& Unpack::missing() const { return state_->missing; }

// A native layer is staged like overlay's, too, and becomes a whole tree in finish().
int Unpack::filesystem() const { return state_->area.get(); }

void Unpack::apply(std::size_t layer, ByteSource& plain_tar) {
  Staged& staged = state_->staged.at(layer);
  staged.root.reset();
  staged.directory.reset();
  staged.directory.emplace(state_->area.get());
  make_directory(staged.directory->fd(), "fs", kRootMode);
  staged.root = open_at(staged.directory->fd(), "fs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  staged.layer = diff::apply_layer(plain_tar, staged.root.get());
}

std::vector<int> Unpack::State::roots_below(std::size_t layer, std::vector<Fd>& opened) const {
  std::vector<int> roots;
  while (layer-- > 0) {
    if (const auto ours = staged.find(layer); ours != staged.end()) {
      roots.push_back(ours->second.root.get());
      if (ours->second.layer.opaque_root) break;
    } else {
      const auto there = rows::find_unpacked(database, snapshotter, chain_ids[layer].text());
      if (!there) throw unavailable("layer " + chain_ids[layer].text() + " was removed meanwhile; try again");
      opened.push_back(open_at(area.get(), std::to_string(there->directory) + "/fs", O_RDONLY | O_DIRECTORY));
      roots.push_back(opened.back().get());
      if (there->opaque_root) break;
    }
    if (!driver.stacks_layers()) break;
  }
  return roots;
}

void Unpack::finish() {
  State& state = *state_;
  for (auto& [layer, staged] : state.staged) {
    if (!staged.directory) throw internal("a missing layer was not applied");
    std::vector<Fd> opened;
    const auto below = state.roots_below(layer, opened);
    with_context("unpacking layer " + state.chain_ids[layer].text(), [&, &staged = staged] {
      diff::settle_layer(staged.layer, staged.root.get(), below);
      if (!state.driver.stacks_layers()) state.flatten(staged, below);
    });
  }
}

void Unpack::State::flatten(Staged& unpacked, const std::vector<int>& below) const {
  if (below.empty() || unpacked.layer.opaque_root) {
    diff::strip_overlay_form(unpacked.layer, unpacked.root.get());
    unpacked.layer.opaque_root = false;
    return;
  }
  const int directory = unpacked.directory->fd();
  make_directory(directory, "tree", kRootMode);
  Fd tree = open_at(directory, "tree", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  {
    const ThreadUmask exact_modes;
    diff::copy_tree(below.front(), tree.get());
  }
  diff::flatten_layer(unpacked.layer, unpacked.root.get(), tree.get());
  unpacked.root = std::move(tree);
  remove_tree(directory, "fs");
  rename_at(directory, "tree", directory, "fs");
  const diff::TreeUsage usage = diff::measure_tree(unpacked.root.get());
  unpacked.layer.size_bytes = usage.size_bytes;
  unpacked.layer.inodes = usage.inodes;
}

void Unpack::place() {
  for (auto& [layer, staged] : state_->staged) {
    staged.number = staged.directory->place(state_->database);
    failpoint("snapshots.unpack.placed");
  }
  sync_file(state_->area.get(), "sync " + state_->paths.snapshots(state_->snapshotter));
}

std::int64_t Unpack::State::record_directory(state::Transaction& tx, std::size_t layer,
                                             std::optional<std::int64_t> parent) {
  const std::string& chain_id = chain_ids[layer].text();
  const auto ours = staged.find(layer);
  if (ours != staged.end()) ours->second.recorded = false;
  if (const auto there = rows::find_unpacked(tx.database(), snapshotter, chain_id)) return there->directory;
  if (ours == staged.end()) throw unavailable("layer " + chain_id + " was removed meanwhile; try again");
  Staged& unpacked = ours->second;
  rows::insert_directory(tx, {unpacked.number,
                              snapshotter,
                              chain_id,
                              parent,
                              unpacked.layer.opaque_root,
                              {unpacked.layer.size_bytes, unpacked.layer.inodes}});
  unpacked.recorded = true;
  return unpacked.number;
}

std::int64_t Unpack::State::record_snapshot(state::Transaction& tx, std::int64_t namespace_id, std::size_t layer,
                                            std::optional<std::int64_t> parent, std::int64_t directory) const {
  const std::string& name = chain_ids[layer].text();
  if (const auto there = rows::find(tx.database(), {ns, snapshotter}, name)) return there->id;
  const std::int64_t id = rows::insert(tx, namespace_id, snapshotter, name, Kind::committed, parent, directory);
  const std::string below = layer == 0 ? "" : chain_ids[layer - 1].text();
  events::append(tx, ns, events::SnapshotCommit{"extract " + name, name, snapshotter, below});
  return id;
}

void Unpack::record(state::Transaction& tx) {
  State& state = *state_;
  if (state.chain_ids.empty()) return;
  const std::int64_t namespace_id = namespaces::ensure(tx, state.ns);
  std::optional<std::int64_t> directory;
  std::optional<std::int64_t> snapshot;
  for (std::size_t layer = 0; layer < state.chain_ids.size(); ++layer) {
    directory = state.record_directory(tx, layer, directory);
    snapshot = state.record_snapshot(tx, namespace_id, layer, snapshot, *directory);
  }
}

void Unpack::keep() {
  for (auto& [layer, staged] : state_->staged) {
    if (staged.recorded && staged.directory) staged.directory->keep();
  }
}

}  // namespace ctrbox::core::snapshots
