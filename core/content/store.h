// The bytes of content: committed blobs and the ingests that become blobs.
//
// A blob file is written once, verified before it gets its name, and never changed: <root>/content/blobs/<alg>/<hex>,
// 0444. An ingest is a directory <root>/content/ingest/<sha256 of its ref>/ with ref, data and lock; who works on it
// holds the lock, and the kernel lets go of it when that process dies. Requires: Paths::create(). Ensures after crash:
// a blob that has a row has its bytes; ingests without a living owner are garbage that begin() and sweep_ingests() take
// away. Thread: any; one thread at a time per Ingest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/config/paths.h"
#include "core/oci/digest.h"
#include "core/sys/fd.h"
#include "core/sys/lock.h"

namespace ctrbox::core::content {

/// One blob on its way in. Holds the lock of its ref for life: a second process waits in begin().
/// Without place() or discard() the partial bytes stay until the next begin() of the ref, or a sweep.
class Ingest {
 public:
  const std::string& ref() const noexcept { return ref_; }
  /// Bytes in the file so far.
  std::int64_t offset() const noexcept { return offset_; }
  /// Appends. Throws core::Error (no space left, …).
  void write(std::span<const std::byte> data);
  /// Back to nothing. fd() changes.
  void restart();
  int fd() const noexcept { return data_.get(); }
  /// Gives the file its final mode and name; nothing may be written afterwards. Requires: the caller has hashed every
  /// byte (the digest is right) and synced them (sync_file or sync_filesystem). The caller syncs the directory
  /// (Store::sync_blobs) and then writes the row.
  void place(const Digest& digest);
  /// As place(), but the lock stays until discard() or the end: who waits for it shall find the row.
  void place_and_hold(const Digest& digest);
  /// Removes the partial bytes; nothing may be written afterwards.
  void discard();

 private:
  friend class Store;
  Ingest(Paths paths, std::string ref, std::string directory, FileLock lock);

  Paths paths_;
  std::string ref_;
  std::string directory_;
  FileLock lock_;
  Fd data_;
  std::int64_t offset_ = 0;
};

class Store {
 public:
  explicit Store(Paths paths) : paths_(std::move(paths)) {}

  /// Opens a committed blob for reading. Throws not_found `content digest <d>: not found`.
  Fd open(const Digest& digest) const;
  bool has_file(const Digest& digest) const;
  /// A small blob, whole and with its digest checked. Throws not_found, resource_exhausted beyond `max_bytes`,
  /// data_loss when the bytes are not what the digest says.
  std::string read(const Digest& digest, std::size_t max_bytes) const;

  /// Takes the lock of `ref`, waiting for another process that has it, and opens its partial file, emptied. Whatever is
  /// found in the way is removed. Throws canceled once `cancelled` (asked now and then while waiting) says so.
  Ingest begin(const std::string& ref, const std::function<bool()>& cancelled = {}) const;
  /// Writes a whole small blob (durable when it returns). No error if it is there; one with wrong bytes is replaced.
  /// Throws data_loss if `bytes` are not what the digest says.
  void write(const Digest& digest, std::string_view bytes) const;
  /// fsync of the blobs directories, after place() and before the row.
  void sync_blobs() const;
  /// Removes partial files nobody works on (their lock is free). What cannot be removed is left for the next sweep.
  void sweep_ingests() const;

 private:
  bool holds(const Digest& digest, std::string_view bytes) const;

  Paths paths_;
};

}  // namespace ctrbox::core::content
