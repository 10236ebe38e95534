// Streaming decompression of layers: gzip (ISA-L, several members), zstd (window at most 128 MiB) or none, told apart
// by their first bytes. Bounded memory. Thread: one at a time. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace ctrbox::core {

class Inflater {
 public:
  /// `out` is given plain bytes as they come; the span is valid during the call.
  explicit Inflater(std::function<void(std::span<const std::byte>)> out);
  ~Inflater();
  /// Throws invalid_argument when the stream is damaged.
  void write(std::span<const std::byte> compressed);
  /// Throws invalid_argument when the stream ended early.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ctrbox::core
