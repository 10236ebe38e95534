// One layer, in one pass: received | hashed, written to its ingest and inflated | hashed again, read as tar and
// applied. A thread a stage, bounded queues between them: memory is bounded and a slow stage holds back the network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>

#include "core/archive/byte_source.h"
#include "core/base/error.h"
#include "core/content/store.h"
#include "core/oci/descriptor.h"
#include "registry/transfer/buffer_queue.h"

namespace ctrbox::registry::transfer {

using Deliver = std::function<void(std::span<const std::byte>)>;

/// What happens to the bytes of a layer.
struct LayerJob {
  core::Descriptor descriptor;
  std::function<void(const Deliver&)> receive;   // calls it with the compressed bytes, in order
  core::content::Ingest* ingest = nullptr;       // where they are kept; null when they are kept already
  std::function<void(core::ByteSource&)> apply;  // empty: the layer is not unpacked
  core::Digest diff_id;                          // of the plain bytes, if it is
};

class LayerPipeline {
 public:
  /// `pool` must outlive it. A request to stop ends all stages.
  LayerPipeline(LayerJob job, BufferPool& pool, std::stop_token stop);

  /// Throws the error that is at the root, never one that only follows from it: data_loss for bytes that have not the
  /// descriptor's digest, `wrong diff id calculated on extraction "<d>"`, and whatever receive, ingest and apply throw.
  /// Canceled only if it was told to stop. Blocks; the calling thread receives.
  void run();

  /// After run() threw: the compressed bytes could not be read or are not what the descriptor says.
  bool source_is_bad() const noexcept;

 private:
  void receive();
  void store_and_inflate();
  void unpack();
  void guard(std::optional<core::Error>& slot, void (LayerPipeline::*stage)());
  void stop_queues() noexcept;
  void rethrow_root_error() const;

  LayerJob job_;
  BufferPool& pool_;
  std::stop_token stop_;
  BufferQueue compressed_;
  BufferQueue plain_;
  bool wrong_digest_ = false;  // written by the second stage, read after it ended
  std::optional<core::Error> receive_error_;
  std::optional<core::Error> store_error_;
  std::optional<core::Error> unpack_error_;
};

}  // namespace ctrbox::registry::transfer
