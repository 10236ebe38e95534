#include "core/snapshots/staging.h"

#include <fcntl.h>

#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/snapshots/snapshots.h"
#include "core/snapshots/unpack.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "state/transaction.h"

namespace ctrbox::core::snapshots {
namespace {

constexpr std::string_view kStaging = "staging-";
constexpr mode_t kPrivate = 0700;
constexpr const char* kCounter = "snapshot-directory";

std::int64_t next_number(state::Database& database) {
  std::int64_t number = 0;
  database.write(state::Durability::normal, [&](state::Transaction& tx) {
    state::Statement row = tx.query(
        "INSERT INTO counters(name, value) VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1 "
        "RETURNING value",
        kCounter);
    row.step();
    number = row.integer(0);
    row.run();
  });
  return number;
}

std::optional<std::int64_t> number_of(const std::string& name) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return number;
}

/// Locks a directory that somebody may be removing; std::nullopt when it is somebody's, or gone.
std::optional<FileLock> lock_directory(int area, const std::string& name) {
  auto directory = find_at(area, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!directory) return std::nullopt;
  const ino_t inode = status_of(directory->get()).st_ino;
  auto lock = FileLock::try_lock(std::move(*directory));
  if (!lock) return std::nullopt;
  const auto named = find_status(area, name);
  if (!named || named->st_ino != inode) return std::nullopt;
  return lock;
}

std::pair<std::string, FileLock> make_staging(int area) {
  for (;;) {
    std::string name = std::string(kStaging) + random_hex(8);
    if (!node::create_directory(area, name, kPrivate)) continue;
    // A sweep may take it for garbage, and away, in the moment before it is locked.
    if (auto lock = lock_directory(area, name)) {
      change_mode(lock->fd(), kPrivate, name);
      return {std::move(name), std::move(*lock)};
    }
  }
}

void sweep(int area, const std::string& name, const std::function<bool()>& is_garbage) {
  try {
    const auto lock = lock_directory(area, name);
    if (lock && is_garbage()) remove_tree(area, name);
  } catch (const Error& error) {
    // What cannot be removed, such as an immutable file that a container left, must not stand in the way of a pull.
    log::debug("sweeping " + name + ": " + error.what());
  }
}

}  // namespace

Fd open_snapshotter_directory(const Paths& paths, const std::string& snapshotter) {
  const std::string path = paths.snapshots(snapshotter);
  if (auto directory = find_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY)) return std::move(*directory);
  make_directories(path, kPrivate);
  return open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
}

SnapshotDirectory::SnapshotDirectory(int area) : SnapshotDirectory(area, make_staging(area)) {}

SnapshotDirectory::SnapshotDirectory(int area, std::pair<std::string, FileLock> made)
    : area_(area), name_(std::move(made.first)), lock_(std::move(made.second)) {}

SnapshotDirectory::SnapshotDirectory(SnapshotDirectory&& other) noexcept
    : area_(other.area_),
      name_(std::move(other.name_)),
      lock_(std::move(other.lock_)),
      kept_(other.kept_),
      moved_from_(std::exchange(other.moved_from_, true)) {}

SnapshotDirectory::~SnapshotDirectory() {
  if (kept_ || moved_from_) return;
  try {
    remove_tree(area_, name_);
  } catch (const std::exception&) {
    // The next sweep tries again.
  }
}

std::int64_t SnapshotDirectory::place(state::Database& database) {
  for (;;) {
    const std::int64_t number = next_number(database);
    const std::string name = std::to_string(number);
    // A number may be taken by garbage: a power cut can lose the counter's last steps.
    if (!rename_without_replacing(area_, name_, area_, name)) continue;
    name_ = name;
    return number;
  }
}

void remove_directory(const Paths& paths, const std::string& snapshotter, const std::string& name) {
  const Fd area = open_snapshotter_directory(paths, snapshotter);
  remove_tree(area.get(), name);
}

void sweep_unowned(state::Database& database, const Paths& paths, const std::string& snapshotter) {
  const Fd area = open_snapshotter_directory(paths, snapshotter);
  for (const std::string& name : list_directory(area.get())) {
    const auto number = number_of(name);
    if (!number) continue;
    const auto has_row = [&] {
      return database.query("SELECT 1 FROM directories WHERE id = ? AND snapshotter = ?", *number, snapshotter).step();
    };
    if (has_row()) continue;
    // Its maker commits the row before it lets go of the lock, so the row must be looked for again under the lock.
    sweep(area.get(), name, [&] { return !has_row(); });
  }
}

void sweep_staging(const Paths& paths) {
  for (const std::string_view snapshotter : {kDefaultSnapshotter, kNativeSnapshotter}) {
    const auto area = find_at(AT_FDCWD, paths.snapshots(std::string(snapshotter)), O_RDONLY | O_DIRECTORY);
    if (!area) continue;
    for (const std::string& name : list_directory(area->get())) {
      if (name.starts_with(kStaging)) sweep(area->get(), name, [] { return true; });
    }
  }
}

}  // namespace ctrbox::core::snapshots
