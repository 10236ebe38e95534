// A ByteSink that keeps what it is given.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/archive/byte_sink.h"

namespace ctrbox::tests {

class MemorySink final : public core::ByteSink {
 public:
  void write(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  std::string text;
};

}  // namespace ctrbox::tests
