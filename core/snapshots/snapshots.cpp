#include "core/snapshots/snapshots.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <utility>

#include "core/base/error.h"
#include "core/diff/copy.h"
#include "core/diff/layer_stack.h"
#include "core/events/outbox.h"
#include "core/filters/keep_matching.h"
#include "core/namespaces/namespaces.h"
#include "core/snapshots/driver.h"
#include "core/snapshots/staging.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"

namespace ctrbox::core::snapshots {
namespace {

using rows::Space;

Error no_such(const std::string& key) { return not_found("snapshot " + key + " does not exist: not found"); }
Error taken(const std::string& key) { return already_exists("snapshot " + key + " already exists: already exists"); }

rows::Snapshot get(state::Database& database, const Space& space, const std::string& key) {
  const auto snapshot = rows::find(database, space, key);
  if (!snapshot) throw no_such(key);
  return *snapshot;
}

/// std::nullopt for an empty parent.
std::optional<rows::Snapshot> parent_of(state::Database& database, const Space& space, Kind kind,
                                        const std::string& parent) {
  if (parent.empty()) return std::nullopt;
  const rows::Snapshot snapshot = get(database, space, parent);
  if (snapshot.kind != Kind::committed) {
    throw invalid_argument(std::string("failed to create ") + (kind == Kind::view ? "view" : "active") +
                           ": parent is not committed snapshot: invalid argument");
  }
  return snapshot;
}

/// The layers a snapshot stands on: those of its parents.
std::vector<rows::Layer> layers_below(state::Database& database, const rows::Snapshot& snapshot) {
  auto layers = rows::layers(database, snapshot.id);
  if (layers.empty()) throw data_loss("snapshot without a directory");
  layers.erase(layers.begin());
  return layers;
}

/// "kind" is "view", "active" or "committed", as containerd spells it in filters.
std::optional<std::string> field_of(const Info& info, const std::vector<std::string>& path) {
  if (path == std::vector<std::string>{"key"} || path == std::vector<std::string>{"name"}) return info.key;
  if (path == std::vector<std::string>{"parent"})
    return info.parent.empty() ? std::nullopt : std::optional(info.parent);
  if (path == std::vector<std::string>{"kind"}) {
    std::string kind(to_string(info.kind));
    kind[0] = static_cast<char>(kind[0] - 'A' + 'a');
    return kind;
  }
  return find_label(info.labels, path);
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::view: return "View";
    case Kind::active: return "Active";
    case Kind::committed: return "Committed";
  }
  return "Unknown";
}

const Driver& driver_for(std::string_view snapshotter) {
  if (snapshotter == kDefaultSnapshotter) return overlay_driver();
  if (snapshotter == kNativeSnapshotter) return native_driver();
  throw not_found("snapshotter not loaded: " + std::string(snapshotter) + " (there are " +
                  std::string(kDefaultSnapshotter) + " and " + std::string(kNativeSnapshotter) + ")");
}

void check_snapshotter(std::string_view name) { driver_for(name); }

struct Prepared::State {
  Space space;
  Kind kind = Kind::active;
  std::string key;
  std::string parent;
  Fd area;  // before `directory`, which borrows it
  std::optional<SnapshotDirectory> directory;
  std::int64_t number = 0;
  std::vector<Mount> mounts;
};

Prepared::Prepared(std::unique_ptr<State> state) : state_(std::move(state)) {}
Prepared::Prepared(Prepared&&) noexcept = default;
Prepared& Prepared::operator=(Prepared&&) noexcept = default;
Prepared::~Prepared() = default;

const std::vector<Mount>& Prepared::mounts() const noexcept { return state_->mounts; }

void Prepared::keep() noexcept { state_->directory->keep(); }

void Prepared::sync() {
  // The names must last as well as what is in them; a copied tree is too much to sync file by file.
  sync_filesystem(state_->area.get(), "sync snapshot " + quoted(state_->key));
}

void Prepared::record(state::Transaction& tx) {
  const State& state = *state_;
  const auto parent = parent_of(tx.database(), state.space, state.kind, state.parent);
  if (rows::find(tx.database(), state.space, state.key)) throw taken(state.key);
  const std::int64_t namespace_id = namespaces::ensure(tx, state.space.ns);
  rows::Directory directory;
  directory.id = state.number;
  directory.snapshotter = state.space.snapshotter;
  if (parent) directory.parent = parent->directory;
  rows::insert_directory(tx, directory);
  rows::insert(tx, namespace_id, state.space.snapshotter, state.key, state.kind,
               parent ? std::optional(parent->id) : std::nullopt, state.number);
  if (state.kind == Kind::active) {
    events::append(tx, state.space.ns, events::SnapshotPrepare{state.key, state.parent, state.space.snapshotter});
  } else {
    events::append(tx, state.space.ns, events::SnapshotView{state.key, state.parent, state.space.snapshotter});
  }
}

Snapshots::Snapshots(state::Database& database, Paths paths, std::string ns, std::string snapshotter)
    : database_(database), paths_(std::move(paths)), namespace_(std::move(ns)), snapshotter_(std::move(snapshotter)) {
  check_snapshotter(snapshotter_);
}

Prepared Snapshots::prepare_files(Kind kind, const std::string& key, const std::string& parent) {
  return stage(kind, key, parent, nullptr);
}

Prepared Snapshots::prepare_changed_files(const std::string& key, const std::string& parent, ByteSource& plain_tar) {
  return stage(Kind::active, key, parent, &plain_tar);
}

Prepared Snapshots::stage(Kind kind, const std::string& key, const std::string& parent, ByteSource* changes) {
  if (key.empty()) throw invalid_argument("snapshot key is required");
  if (kind == Kind::committed) throw internal("a snapshot begins as active or view");
  const Space space{namespace_, snapshotter_};
  const auto parent_row = parent_of(database_, space, kind, parent);
  if (rows::find(database_, space, key)) throw taken(key);
  const auto parents = parent_row ? rows::layers(database_, parent_row->id) : std::vector<rows::Layer>();
  const Driver& driver = driver_for(snapshotter_);
  auto state = std::make_unique<Prepared::State>();
  state->space = space;
  state->kind = kind;
  state->key = key;
  state->parent = parent;
  state->area = open_snapshotter_directory(paths_, snapshotter_);
  state->directory.emplace(state->area.get());
  if (changes != nullptr) {
    driver.fill_changed(state->area.get(), state->directory->fd(), parents, *changes);
  } else {
    driver.fill(kind, state->area.get(), state->directory->fd(), parents);
  }
  state->number = state->directory->place(database_);
  failpoint("snapshots.prepare.placed");
  state->mounts = driver.mounts(kind, paths_.snapshots(snapshotter_), state->number, parents);
  return Prepared(std::move(state));
}

Prepared Snapshots::make(Kind kind, const std::string& key, const std::string& parent) {
  Prepared prepared = prepare_files(kind, key, parent);
  prepared.sync();
  database_.write(state::Durability::full, [&](state::Transaction& tx) { prepared.record(tx); });
  prepared.keep();
  return prepared;
}

std::vector<Mount> Snapshots::prepare(const std::string& key, const std::string& parent) {
  return make(Kind::active, key, parent).mounts();
}

std::vector<Mount> Snapshots::view(const std::string& key, const std::string& parent) {
  return make(Kind::view, key, parent).mounts();
}

std::vector<Mount> Snapshots::mounts(const std::string& key) {
  const rows::Snapshot snapshot = get(database_, {namespace_, snapshotter_}, key);
  if (snapshot.kind == Kind::committed) {
    throw failed_precondition("failed to get active mount: requested snapshot " + key +
                              " not active or view: failed precondition");
  }
  return driver_for(snapshotter_)
      .mounts(snapshot.kind, paths_.snapshots(snapshotter_), snapshot.directory, layers_below(database_, snapshot));
}

void Snapshots::commit(const std::string& name, const std::string& key) {
  if (name.empty()) throw invalid_argument("snapshot name is required");
  const Space space{namespace_, snapshotter_};
  const auto check = [&](state::Database& database) {
    const rows::Snapshot snapshot = get(database, space, key);
    if (rows::find(database, space, name)) throw taken(name);
    if (snapshot.kind != Kind::active) {
      throw failed_precondition("failed to commit snapshot: snapshot " + key + " is not active: failed precondition");
    }
    return snapshot;
  };
  const rows::Snapshot before = check(database_);
  const Fd area = open_snapshotter_directory(paths_, snapshotter_);
  const Fd root = open_at(area.get(), std::to_string(before.directory) + "/fs", O_RDONLY | O_DIRECTORY);
  const diff::TreeUsage usage = diff::measure_tree(root.get());
  sync_filesystem(area.get(), "sync snapshot " + quoted(key));
  failpoint("snapshots.commit.synced");
  database_.write(state::Durability::full, [&](state::Transaction& tx) {
    rows::commit(tx, check(tx.database()), name, {usage.size_bytes, usage.inodes});
    events::append(tx, namespace_, events::SnapshotCommit{key, name, snapshotter_, ""});
  });
}

std::vector<std::string> Snapshots::remove_row(state::Transaction& tx, const std::string& key) {
  const rows::Snapshot snapshot = get(tx.database(), {namespace_, snapshotter_}, key);
  const auto children = rows::children(tx.database(), snapshot.id);
  if (!children.empty()) {
    throw failed_precondition("failed to remove: cannot remove snapshot with child: " + quoted(children.front()) +
                              (children.size() > 1 ? " and " + std::to_string(children.size() - 1) + " more" : "") +
                              (children.size() > 1 ? " stand on " : " stands on ") + quoted(key));
  }
  const auto directory = rows::remove(tx, snapshot);
  events::append(tx, namespace_, events::SnapshotRemove{key, snapshotter_});
  if (!directory) return {};
  return {std::to_string(*directory)};
}

void Snapshots::remove_files(const std::vector<std::string>& directories) {
  for (const std::string& directory : directories) remove_directory(paths_, snapshotter_, directory);
}

void Snapshots::remove(const std::string& key) {
  std::vector<std::string> directories;
  database_.write(state::Durability::full, [&](state::Transaction& tx) { directories = remove_row(tx, key); });
  failpoint("snapshots.remove.row_gone");
  remove_files(directories);
}

std::optional<Info> Snapshots::find(const std::string& key) {
  return rows::info(database_, {namespace_, snapshotter_}, key);
}

Info Snapshots::stat(const std::string& key) {
  auto info = find(key);
  if (!info) throw no_such(key);
  return *std::move(info);
}

Usage Snapshots::usage(const std::string& key) {
  const rows::Snapshot snapshot = get(database_, {namespace_, snapshotter_}, key);
  if (snapshot.kind == Kind::view) return {};
  if (snapshot.kind == Kind::committed) return rows::stored_usage(database_, snapshot.directory);
  const Fd area = open_snapshotter_directory(paths_, snapshotter_);
  const Fd root = open_at(area.get(), std::to_string(snapshot.directory) + "/fs", O_RDONLY | O_DIRECTORY);
  const diff::TreeUsage usage = diff::measure_tree(root.get());
  return {usage.size_bytes, usage.inodes};
}

std::vector<Info> Snapshots::list(const std::vector<std::string>& filters) {
  return keep_matching(rows::list(database_, {namespace_, snapshotter_}), filters, field_of);
}

Fd Snapshots::open_changes(const std::string& key) {
  const rows::Snapshot snapshot = get(database_, {namespace_, snapshotter_}, key);
  if (snapshot.kind != Kind::active) throw failed_precondition("snapshot " + key + " is not active");
  if (!driver_for(snapshotter_).stacks_layers())
    throw not_implemented("the changes of a snapshot of snapshotter " + quoted(snapshotter_) +
                          " are not told apart yet: use overlayfs");
  const Fd area = open_snapshotter_directory(paths_, snapshotter_);
  return open_at(area.get(), std::to_string(snapshot.directory) + "/fs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

std::optional<std::string> Snapshots::read_file(const std::string& key, const std::string& path,
                                                std::size_t max_bytes) {
  const rows::Snapshot snapshot = get(database_, {namespace_, snapshotter_}, key);
  const Fd area = open_snapshotter_directory(paths_, snapshotter_);
  std::vector<Fd> opened;
  std::vector<int> roots;
  const auto below = layers_below(database_, snapshot);
  for (const std::string& root : driver_for(snapshotter_).shown(snapshot.kind, snapshot.directory, below)) {
    opened.push_back(open_at(area.get(), root, O_PATH | O_DIRECTORY));
    roots.push_back(opened.back().get());
  }
  diff::LayerStack stack(std::move(roots));
  const auto found = stack.lookup(stack.resolve(path));
  if (!found || !S_ISREG(found->status.st_mode)) return std::nullopt;
  // A running container may change its own layer between the look-up and now: it must not lead us out of it.
  const Fd file = open_beneath(found->root, found->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!S_ISREG(status_of(file.get()).st_mode)) return std::nullopt;
  return read_all(file.get(), max_bytes, path);
}

}  // namespace ctrbox::core::snapshots
