// Reads the entries of a tar stream (ustar, pax, GNU, sparse files) on libarchive. Names, links and attributes come
// through byte for byte, whatever the locale is. Nothing is written anywhere: what an entry means is core/diff's
// business. Every number is checked: ids fit 32 bits, names are at most 4096 bytes, extended headers at most 1 MiB,
// attributes of an entry 64 KiB together. Thread: one at a time. The ByteSource must outlive the reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <time.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/archive/byte_source.h"

namespace ctrbox::core::archive {

inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxXattrBytes = std::size_t{64} << 10;

enum class EntryType { file, directory, symlink, hard_link, character_device, block_device, fifo };

struct Xattr {
  std::string name;
  std::string value;
};

struct TarEntry {
  EntryType type = EntryType::file;
  std::string path;        // as it stands in the archive, neither clean nor safe
  std::string link;        // target of a symlink or hard link, likewise
  mode_t permissions = 0;  // with set-id and sticky bits
  uid_t uid = 0;
  gid_t gid = 0;
  std::int64_t size = 0;  // of a file, holes included
  dev_t device = 0;
  timespec mtime{};
  timespec atime{};  // mtime when the archive has none
  std::vector<Xattr> xattrs;
};

/// A run of a file's bytes; between runs and after the last there may be holes.
struct DataRun {
  std::int64_t offset = 0;
  std::span<const std::byte> bytes;  // valid until the next call
};

class TarReader {
 public:
  explicit TarReader(ByteSource& source);
  ~TarReader();
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  /// Moves to the next entry, past what was not read of this one. Returns nullptr at the end of the archive; the object
  /// is reused. Throws invalid_argument for a damaged archive, and what the source throws.
  const TarEntry* next();
  /// The next bytes of the entry's file; std::nullopt at its end.
  std::optional<DataRun> data();
  /// Reads the source to its very end, so that whoever counts or hashes it upstream has seen everything.
  void drain();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ctrbox::core::archive
