// The blobs of a checkpoint, both ways: a sink that hashes into an ingest, and a source that reads a blob, inflates it
// and verifies its digest. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/archive/byte_sink.h"
#include "core/archive/byte_source.h"
#include "core/archive/inflate.h"
#include "core/content/store.h"
#include "core/oci/descriptor.h"
#include "core/sys/fd.h"

namespace ctrbox::runtime {

class BlobSink final : public core::ByteSink {
 public:
  /// Takes the lock of `ref`: a second one waits until the first has gone.
  BlobSink(const core::content::Store& store, const std::string& ref) : ingest_(store.begin(ref)) {}
  ~BlobSink() override;
  BlobSink(const BlobSink&) = delete;
  BlobSink& operator=(const BlobSink&) = delete;

  void write(std::span<const std::byte> bytes) override;
  /// All is written: makes it durable and gives it its name. The caller syncs the directory and writes the row.
  core::Descriptor place(std::string_view media_type);

 private:
  core::content::Ingest ingest_;
  core::Hasher hasher_;
  bool placed_ = false;
};

class BlobSource final : public core::ByteSource {
 public:
  BlobSource(const core::content::Store& store, const core::Descriptor& descriptor);

  /// Throws data_loss at the end if the bytes are not what the digest says.
  std::span<const std::byte> next() override;

 private:
  core::Descriptor descriptor_;
  core::Fd file_;
  core::Hasher hasher_;
  core::Inflater inflater_;
  std::vector<std::byte> read_;
  std::vector<std::byte> plain_;
  bool ended_ = false;
};

}  // namespace ctrbox::runtime
