// Snapshot directories on disk: <root>/snapshots/<snapshotter>/<n>, and the staging directories they begin as.
//
// A directory is made as "staging-<random>" and gets its number by rename, when what is in it is complete. Its maker
// holds a flock on it until the row is committed: a staging directory, or a number without a row, that nobody has
// locked is garbage of a dead process. Thread: any; one thread at a time per object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/config/paths.h"
#include "core/sys/fd.h"
#include "core/sys/lock.h"
#include "state/database.h"

namespace ctrbox::core::snapshots {

/// The directory of one snapshotter, opened; made (0700) if it is not there.
Fd open_snapshotter_directory(const Paths& paths, const std::string& snapshotter);

class SnapshotDirectory {
 public:
  /// Makes an empty staging directory. `area` is the snapshotter's directory, borrowed.
  explicit SnapshotDirectory(int area);
  /// Removes the directory and all in it, unless keep() was called.
  ~SnapshotDirectory();
  SnapshotDirectory(SnapshotDirectory&& other) noexcept;
  SnapshotDirectory& operator=(SnapshotDirectory&&) = delete;

  int fd() const noexcept { return lock_.fd(); }
  /// Gives it a number of its own and returns it. The caller syncs `area` before a durable row.
  std::int64_t place(state::Database& database);
  /// Its row is committed.
  void keep() noexcept { kept_ = true; }

 private:
  SnapshotDirectory(int area, std::pair<std::string, FileLock> made);

  int area_;
  std::string name_;
  FileLock lock_;
  bool kept_ = false;
  bool moved_from_ = false;
};

/// Removes a placed directory whose row is gone. Death in between leaves garbage that the sweeps below find.
void remove_directory(const Paths& paths, const std::string& snapshotter, const std::string& name);

/// Removes numbered directories that have no row and no living maker.
void sweep_unowned(state::Database& database, const Paths& paths, const std::string& snapshotter);

}  // namespace ctrbox::core::snapshots
