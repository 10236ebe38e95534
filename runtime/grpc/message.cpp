#include "runtime/grpc/message.h"

#include <algorithm>
#include <cstdint>

#include "core/base/error.h"

namespace ctrbox::runtime::grpc {
namespace {

std::size_t length_in(std::string_view prefix) {
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < kPrefixBytes; ++i) length = length << 8 | static_cast<unsigned char>(prefix[i]);
  return length;
}

void check_prefix(std::string_view prefix) {
  if (prefix[0] != 0) throw core::not_implemented("compressed messages are not supported");
  if (length_in(prefix) > kMaxMessageBytes)
    throw core::resource_exhausted("received message larger than max (" + std::to_string(length_in(prefix)) + " vs. " +
                                   std::to_string(kMaxMessageBytes) + ")");
}

}  // namespace

void append_message(std::string& out, std::string_view message) {
  out.push_back(0);
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(message.size() >> shift & 0xffU));
  out.append(message);
}

void MessageDecoder::append(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t wanted = kPrefixBytes;
    if (buffer_.size() >= kPrefixBytes) wanted += length_in(buffer_);
    const std::size_t taken = std::min(wanted - buffer_.size(), bytes.size());
    buffer_.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (buffer_.size() < kPrefixBytes) return;
    check_prefix(buffer_);
    if (buffer_.size() < kPrefixBytes + length_in(buffer_)) continue;
    messages_.push_back(buffer_.substr(kPrefixBytes));
    buffer_.clear();
  }
}

}  // namespace ctrbox::runtime::grpc
