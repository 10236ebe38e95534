// A ByteSource over a string, given out in pieces of a chosen size.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "core/archive/byte_source.h"

namespace ctrbox::tests {

class MemorySource final : public core::ByteSource {
 public:
  explicit MemorySource(std::string bytes, std::size_t piece = 64 * 1024) : bytes_(std::move(bytes)), piece_(piece) {}
  std::span<const std::byte> next() override {
    const std::size_t size = std::min(piece_, bytes_.size() - at_);
    const auto result = std::as_bytes(std::span(bytes_.data() + at_, size));
    at_ += size;
    return result;
  }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

}  // namespace ctrbox::tests
