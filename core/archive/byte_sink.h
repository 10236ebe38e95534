// A stream of bytes that is pushed: what the tar writer writes to. Implemented by files, hashers and both at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace ctrbox::core {

class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes all of the bytes. Throws core::Error. Thread: one at a time.
  virtual void write(std::span<const std::byte> bytes) = 0;
};

}  // namespace ctrbox::core
