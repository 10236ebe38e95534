// Snapshots: layers of file system, per namespace and snapshotter. Kinds and rules are containerd's: a view or active
// snapshot is made on a committed parent; an active one may be committed under a name, and its key is then gone.
//
// A snapshot is a row over a directory, <root>/snapshots/<snapshotter>/<n>. Unpacked layers are shared: the committed
// snapshots of several namespaces with one chain id are rows over one directory.
// Files first and then the row when creating; row first and then the files when removing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/archive/byte_source.h"
#include "core/base/clock.h"
#include "core/config/paths.h"
#include "core/labels/labels.h"
#include "core/sys/fd.h"
#include "core/sys/lock.h"
#include "core/sys/mount.h"
#include "state/transaction.h"

namespace ctrbox::core::snapshots {

inline constexpr std::string_view kDefaultSnapshotter = "overlayfs";
inline constexpr std::string_view kNativeSnapshotter = "native";

enum class Kind { view = 1, active = 2, committed = 3 };
/// "View", "Active", "Committed".
std::string_view to_string(Kind kind) noexcept;

struct Info {
  std::string key;
  std::string parent;
  Kind kind = Kind::committed;
  Labels labels;
  UnixNanos created_at = 0;
  UnixNanos updated_at = 0;
};

struct Usage {
  std::int64_t size_bytes = 0;  // sum of apparent sizes, hard links once
  std::int64_t inodes = 0;
};

/// "overlayfs" and "native". Throws not_found `snapshotter not loaded: <name>` naming those there are.
void check_snapshotter(std::string_view name);

/// A snapshot whose directory is made and whose row is not: record() it in a transaction, or it is removed again.
class Prepared {
 public:
  Prepared(Prepared&&) noexcept;
  Prepared& operator=(Prepared&&) noexcept;
  ~Prepared();
  /// Makes the files durable. Call before a transaction with Durability::full.
  void sync();
  /// Writes the row and its event. Throws already_exists, not_found (the parent went meanwhile). May be called
  /// again when the transaction is.
  void record(state::Transaction& tx);
  /// The transaction is committed: the directory stays.
  void keep() noexcept;
  const std::vector<Mount>& mounts() const noexcept;

 private:
  friend class Snapshots;
  struct State;
  explicit Prepared(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The snapshots of one snapshotter in one namespace.
class Snapshots {
 public:
  Snapshots(state::Database& database, Paths paths, std::string ns, std::string snapshotter);

  /// Makes the directory of a new active or view snapshot on `parent` ("" for an empty one). No row yet.
  Prepared prepare_files(Kind kind, const std::string& key, const std::string& parent);
  /// As prepare_files() of an active snapshot, which begins with the changes of a layer: a plain tar, read to its very
  /// end. Throws not_implemented where a snapshot is no layer (native), invalid_argument for a layer that hides all of
  /// its parent.
  Prepared prepare_changed_files(const std::string& key, const std::string& parent, ByteSource& plain_tar);
  /// prepare_files + record + keep in one durable transaction. Returns the mounts.
  std::vector<Mount> prepare(const std::string& key, const std::string& parent);
  std::vector<Mount> view(const std::string& key, const std::string& parent);
  /// Throws failed_precondition for a committed one.
  std::vector<Mount> mounts(const std::string& key);
  void commit(const std::string& name, const std::string& key);
  /// Removes row (with event) and then the files. Throws not_found; failed_precondition while it has children.
  void remove(const std::string& key);
  /// The row part of remove(), for a larger transaction; call remove_files() with the result after its commit.
  std::vector<std::string> remove_row(state::Transaction& tx, const std::string& key);
  void remove_files(const std::vector<std::string>& directories);
  std::optional<Info> find(const std::string& key);
  Info stat(const std::string& key);
  Usage usage(const std::string& key);
  /// All kinds, byte order of keys.
  std::vector<Info> list(const std::vector<std::string>& filters = {});

  /// A descriptor on what an active snapshot changes of its parent, in overlay's form. Throws not_implemented where
  /// that is not kept apart (native), failed_precondition for one that is not active.
  Fd open_changes(const std::string& key);

  /// A file of the snapshot as a container would see it, without mounting: for passwd and group. Follows links inside
  /// the root only; regular files only. std::nullopt when absent. Throws resource_exhausted beyond max_bytes.
  std::optional<std::string> read_file(const std::string& key, const std::string& path, std::size_t max_bytes);

 private:
  /// `changes` may be null.
  Prepared stage(Kind kind, const std::string& key, const std::string& parent, ByteSource* changes);
  Prepared make(Kind kind, const std::string& key, const std::string& parent);

  state::Database& database_;
  Paths paths_;
  std::string namespace_;
  std::string snapshotter_;
};

}  // namespace ctrbox::core::snapshots
