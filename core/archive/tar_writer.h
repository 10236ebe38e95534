// Writes a tar stream (POSIX pax) to a sink. The same entries in the same order give the same bytes on every host: no
// user names, no access times, no padding but zeros; a pax header only where the plain one cannot say it.
// Thread: one at a time. The sink must outlive the writer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/archive/byte_sink.h"
#include "core/archive/tar_reader.h"

namespace ctrbox::core::archive {

class TarWriter {
 public:
  explicit TarWriter(ByteSink& sink) : sink_(sink) {}

  /// Begins an entry; of a file, exactly `entry.size` bytes of data() must follow. The size of what is no file does not
  /// count. Throws invalid_argument for a name or link that the reader would refuse, and internal if the file before it
  /// is not complete.
  void add(const TarEntry& entry);
  /// Throws internal beyond the size that was announced.
  void data(std::span<const std::byte> bytes);
  /// The end of the archive. Throws internal if the last file is not complete.
  void finish();

 private:
  void write_header(const TarEntry& entry, std::int64_t size);
  void write_extended(const TarEntry& entry, std::int64_t size);
  void pad(std::int64_t size);
  void check_complete() const;

  ByteSink& sink_;
  std::int64_t expected_ = 0;  // bytes of the current file that are still to come
  std::int64_t file_size_ = 0;
};

}  // namespace ctrbox::core::archive
