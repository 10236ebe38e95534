// The rows of snapshots and their directories: every query of this room. Private to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/snapshots/snapshots.h"
#include "state/transaction.h"

namespace ctrbox::core::snapshots::rows {

struct Snapshot {
  std::int64_t id = 0;
  Kind kind = Kind::committed;
  std::int64_t directory = 0;
};

/// A directory that mounts are made of.
struct Layer {
  std::int64_t directory = 0;
  bool opaque_root = false;
};

struct Directory {
  std::int64_t id = 0;
  std::string snapshotter;
  std::optional<std::string> chain_id;
  std::optional<std::int64_t> parent;
  bool opaque_root = false;
  Usage usage;
};

/// Whose snapshots: the key space.
struct Space {
  std::string ns;
  std::string snapshotter;
};

std::optional<Snapshot> find(state::Database& database, const Space& space, const std::string& key);
/// The directory of a snapshot and those of its parents, top first, down to the first with an opaque root.
std::vector<Layer> layers(state::Database& database, std::int64_t snapshot);
Usage stored_usage(state::Database& database, std::int64_t directory);
std::optional<Layer> find_unpacked(state::Database& database, const std::string& snapshotter,
                                   const std::string& chain_id);
/// Without the key `key` when given, all of the space otherwise.
std::vector<Info> list(state::Database& database, const Space& space);
std::optional<Info> info(state::Database& database, const Space& space, const std::string& key);
std::vector<std::string> children(state::Database& database, std::int64_t snapshot);

void insert_directory(state::Transaction& tx, const Directory& directory);
std::int64_t insert(state::Transaction& tx, std::int64_t namespace_id, const std::string& snapshotter,
                    const std::string& key, Kind kind, std::optional<std::int64_t> parent, std::int64_t directory);
void commit(state::Transaction& tx, const Snapshot& snapshot, const std::string& name, const Usage& usage);
/// Returns the directory if no snapshot uses it any more; its row is gone then.
std::optional<std::int64_t> remove(state::Transaction& tx, const Snapshot& snapshot);

}  // namespace ctrbox::core::snapshots::rows
