// ttrpc's frames: ten bytes of header, then a message. Pure: bytes in, frames out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ctrbox::runtime::wire {

inline constexpr std::size_t kFrameHeaderBytes = 10;
inline constexpr std::size_t kMaxFrameBytes = 4 << 20;

enum class FrameType : std::uint8_t { request = 1, response = 2, data = 3 };

struct Frame {
  std::uint32_t stream = 0;
  FrameType type = FrameType::request;
  std::uint8_t flags = 0;
  std::string payload;
  bool operator==(const Frame&) const = default;
};

/// Appends the frame's bytes to `out`. Throws resource_exhausted if the payload is larger than kMaxFrameBytes.
void encode_frame(std::string& out, std::uint32_t stream, FrameType type, std::string_view payload);

/// Puts frames together from reads torn anywhere. Holds at most one frame and one read.
class FrameDecoder {
 public:
  void append(std::span<const std::byte> bytes);
  /// The next whole frame. Throws invalid_argument for an unknown type, resource_exhausted for a length beyond
  /// kMaxFrameBytes, both as soon as the header is there; the stream is then of no further use.
  std::optional<Frame> next();
  /// True in the middle of a frame: an end of the stream here is an error.
  bool in_frame() const noexcept { return !buffer_.empty(); }

 private:
  std::string buffer_;
};

}  // namespace ctrbox::runtime::wire
