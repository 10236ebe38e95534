// The bytes of content: committed blobs and the ingests that become blobs.
//
// A blob file is written once, verified before it gets its name, and never changed: <root>/content/blobs/sha256/<hex>, 0444.
// Ensures after crash: a blob that has a row has its bytes. Thread: any; one thread at a time per Ingest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "core/config/paths.h"
#include "core/oci/digest.h"
#include "core/sys/fd.h"
#include "core/sys/lock.h"

namespace ctrbox::core::content {

/// One blob on its way in. Holds the lock of its ref for life: a second process waits in begin().
/// Without place() the partial bytes stay for the next begin() of the same ref, which starts over or goes on.
class Ingest {
 public:
  const std::string& ref() const noexcept { return ref_; }
  /// Bytes in the file so far.
  std::int64_t offset() const noexcept { return offset_; }
  /// Appends. Throws core::Error (no space left, …).
  void write(std::span<const std::byte> data);
  /// Back to nothing.
  void restart();
  int fd() const noexcept { return data_.get(); }
  /// Gives the file its final mode and name. Requires: the caller has hashed every byte (the digest is right) and synced
  /// them (sync_file or sync_filesystem). The caller syncs the directory (Store::sync_blobs) and then writes the row.
  void place(const Digest& digest);
  /// Removes the partial bytes.
  void discard();

 private:
  friend class Store;
  Ingest(Paths paths, std::string ref, std::string directory, FileLock lock, Fd data);
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

  /// Opens a committed blob for reading. Throws not_found.
  Fd open(const Digest& digest) const;
  bool has_file(const Digest& digest) const;
  /// A small blob, whole and with its digest checked. Throws not_found, resource_exhausted beyond `max_bytes`, data_loss
  /// when the bytes are not what the digest says.
  std::string read(const Digest& digest, std::size_t max_bytes) const;

  /// Takes the lock of `ref`, waiting for another process that has it, and opens its partial file, emptied.
  Ingest begin(const std::string& ref, const std::function<bool()>& cancelled = {}) const;
  /// Writes a whole small blob (durable when it returns). No error if it is there.
  void write(const Digest& digest, std::string_view bytes) const;
  /// fsync of the blobs directory, after place() and before the row.
  void sync_blobs() const;
  /// Removes partial files nobody works on (their lock is free).
  void sweep_ingests() const;

 private:
  Paths paths_;
};

}  // namespace ctrbox::core::content
