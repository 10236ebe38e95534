// How gRPC puts messages into a stream of bytes: a flag (compressed or not), a length (u32, big endian), the message.
// Source: gRPC over HTTP/2, "Length-Prefixed-Message". Pure: bytes in, messages out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime::grpc {

inline constexpr std::size_t kPrefixBytes = 5;
/// The largest message that is taken: an event of 1 MiB and what stands around it.
inline constexpr std::size_t kMaxMessageBytes = (1 << 20) + (64 << 10);

/// Appends the prefix and the message to `out`.
void append_message(std::string& out, std::string_view message);

/// Puts messages together from bytes torn anywhere. Holds what was not taken.
class MessageDecoder {
 public:
  /// Throws resource_exhausted for a message larger than kMaxMessageBytes, as soon as its length is known;
  /// not_implemented for a compressed one. The stream is then of no further use.
  void append(std::string_view bytes);
  /// The whole messages that have come so far; they are the caller's now.
  std::vector<std::string> take() { return std::move(messages_); }
  /// How many messages have begun since the last take(): a caller that wants one need not hold more.
  std::size_t begun() const noexcept { return messages_.size() + (buffer_.empty() ? 0 : 1); }
  /// True in the middle of a message: an end of the stream here is an error.
  bool in_message() const noexcept { return !buffer_.empty(); }

 private:
  std::string buffer_;
  std::vector<std::string> messages_;
};

}  // namespace ctrbox::runtime::grpc
