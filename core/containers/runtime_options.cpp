#include "core/containers/runtime_options.h"

#include <cstdint>
#include <optional>

namespace ctrbox::core::containers {
namespace {

// Protocol buffers: a key is the field's number and its wire type.
constexpr std::uint64_t kVarint = 0;
constexpr std::uint64_t kBytes = 2;
constexpr std::uint64_t kBinaryName = 6;
constexpr int kBitsPerByte = 7;

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 1U << kBitsPerByte; value >>= kBitsPerByte) to += static_cast<char>((value & 0x7f) | 0x80);
  to += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(std::string_view& from) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !from.empty(); shift += kBitsPerByte) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string encode_runtime_options(std::string_view binary) {
  if (binary.empty()) return "";
  std::string bytes;
  put_varint(bytes, kBinaryName << 3 | kBytes);
  put_varint(bytes, binary.size());
  return bytes.append(binary);
}

std::string binary_in(std::string_view options) {
  std::string binary;
  while (!options.empty()) {
    const auto key = take_varint(options);
    const auto value = key ? take_varint(options) : std::nullopt;
    if (!value) return "";
    if ((*key & 7) == kVarint) continue;
    if ((*key & 7) != kBytes || *value > options.size()) return "";
    if (*key >> 3 == kBinaryName) binary = options.substr(0, *value);
    options.remove_prefix(*value);
  }
  return binary;
}

}  // namespace ctrbox::core::containers
