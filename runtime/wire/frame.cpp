#include "runtime/wire/frame.h"

#include "core/base/error.h"

namespace ctrbox::runtime::wire {
namespace {

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift & 0xffU));
}

std::uint32_t get_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  return value;
}

}  // namespace

void encode_frame(std::string& out, std::uint32_t stream, FrameType type, std::string_view payload) {
  if (payload.size() > kMaxFrameBytes) throw core::resource_exhausted("a message is larger than 4 MiB");
  put_u32(out, static_cast<std::uint32_t>(payload.size()));
  put_u32(out, stream);
  out.push_back(static_cast<char>(type));
  out.push_back(0);
  out.append(payload);
}

void FrameDecoder::append(std::span<const std::byte> bytes) {
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::optional<Frame> FrameDecoder::next() {
  if (buffer_.size() < kFrameHeaderBytes) return std::nullopt;
  const std::string_view bytes = buffer_;
  const std::size_t length = get_u32(bytes);
  if (length > kMaxFrameBytes) throw core::resource_exhausted("a frame is larger than 4 MiB");
  const auto type = static_cast<std::uint8_t>(bytes[8]);
  if (type < 1 || type > 3) throw core::invalid_argument("a frame of unknown type " + std::to_string(type));
  if (bytes.size() < kFrameHeaderBytes + length) return std::nullopt;
  Frame frame{get_u32(bytes.substr(4)), static_cast<FrameType>(type), static_cast<std::uint8_t>(bytes[9]),
              std::string(bytes.substr(kFrameHeaderBytes, length))};
  buffer_.erase(0, kFrameHeaderBytes + length);
  if (buffer_.empty()) std::string().swap(buffer_);  // an idle connection keeps no memory
  return frame;
}

}  // namespace ctrbox::runtime::wire
