// One compression format, decoded as a stream: what Inflater chooses between. Private to this room.
// Thread: one at a time. Memory is bounded by the format (zstd: a window of at most 128 MiB) and one output buffer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace ctrbox::core::archive {

using Sink = std::function<void(std::span<const std::byte>)>;

class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Hands plain bytes to `out`, whose span is valid during the call. Throws invalid_argument when the stream is
  /// damaged.
  virtual void write(std::span<const std::byte> in, const Sink& out) = 0;
  /// Throws invalid_argument when the stream ended early.
  virtual void finish() = 0;
};

/// Large enough that a decoder rarely stops for room, small enough to stay in a core's second-level cache.
inline constexpr std::size_t kPlainBufferBytes = std::size_t{512} << 10;

/// Several gzip members in a row are one stream, and zeros may follow the last, as gzip(1) accepts them.
std::unique_ptr<Decoder> make_gzip_decoder_zlib();
#ifdef CTRBOX_HAVE_ISAL
std::unique_ptr<Decoder> make_gzip_decoder_isal();
#endif
std::unique_ptr<Decoder> make_zstd_decoder();

}  // namespace ctrbox::core::archive
