// A stream of bytes that is pulled: what the tar reader reads from. Implemented by decompressors, files and queues.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace ctrbox::core {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, valid until the next call; empty at the end. Throws core::Error. Thread: one at a time.
  virtual std::span<const std::byte> next() = 0;
};

}  // namespace ctrbox::core
