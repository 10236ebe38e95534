#include "support/tar_builder.h"

#include <cstdio>
#include <cstring>

namespace ctrbox::tests {
namespace {

constexpr std::size_t kBlock = 512;

void octal(char* field, std::size_t width, std::uint64_t value) {
  for (std::size_t i = width - 1; i-- > 0; value /= 8) field[i] = static_cast<char>('0' + value % 8);
}

void number(char* field, std::size_t width, std::int64_t value) {
  const std::int64_t limit = std::int64_t{1} << (3 * (width - 1));
  if (value >= 0 && value < limit) {
    octal(field, width, static_cast<std::uint64_t>(value));
    return;
  }
  // GNU's base 256: big endian, the first byte's top bit set.
  auto bits = static_cast<std::uint64_t>(value);
  for (std::size_t i = width; i-- > 0; bits >>= 8) {
    field[i] = static_cast<char>(i + 8 < width ? (value < 0 ? 0xff : 0) : bits & 0xff);
    if (i + 8 < width) continue;
  }
  field[0] = static_cast<char>(static_cast<unsigned char>(field[0]) | 0x80U);
}

std::string pax_record(const std::string& key, const std::string& value) {
  std::size_t length = key.size() + value.size() + 3;
  while (std::to_string(length).size() + key.size() + value.size() + 3 != length) {
    length = std::to_string(length).size() + key.size() + value.size() + 3;
  }
  return std::to_string(length) + " " + key + "=" + value + "\n";
}

void pad(std::string& bytes) { bytes.resize((bytes.size() + kBlock - 1) / kBlock * kBlock, '\0'); }

}  // namespace

void TarBuilder::header(const Member& member, std::size_t size) {
  char block[kBlock] = {};
  std::strncpy(block, member.name.c_str(), 100);
  octal(block + 100, 8, static_cast<std::uint64_t>(member.mode));
  number(block + 108, 8, member.uid);
  number(block + 116, 8, member.gid);
  number(block + 124, 12, member.claimed_size >= 0 ? member.claimed_size : static_cast<std::int64_t>(size));
  number(block + 136, 12, member.mtime);
  block[156] = member.type;
  std::strncpy(block + 157, member.link.c_str(), 100);
  std::memcpy(block + 257, "ustar\00000", 8);
  octal(block + 329, 8, member.major);
  octal(block + 337, 8, member.minor);
  std::memset(block + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::snprintf(block + 148, 8, "%06o", sum);
  bytes_.append(block, kBlock);
}

TarBuilder& TarBuilder::add(const Member& given) {
  Member member = given;
  if (member.mode < 0) member.mode = member.type == '5' ? 0755 : member.type == '2' ? 0777 : 0644;
  if (member.name.size() > 100) member.pax.emplace_back("path", member.name);
  if (member.link.size() > 100) member.pax.emplace_back("linkpath", member.link);
  if (!member.pax.empty()) {
    std::string records;
    for (const auto& [key, value] : member.pax) records += pax_record(key, value);
    header({.name = "PaxHeaders/x", .type = 'x', .mode = 0644}, records.size());
    bytes_ += records;
    pad(bytes_);
  }
  header(member, member.content.size());
  bytes_ += member.content;
  pad(bytes_);
  return *this;
}

TarBuilder& TarBuilder::file(const std::string& name, const std::string& content, int mode) {
  return add({.name = name, .content = content, .mode = mode});
}

TarBuilder& TarBuilder::directory(const std::string& name, int mode) {
  return add({.name = name, .type = '5', .mode = mode});
}

TarBuilder& TarBuilder::symlink(const std::string& name, const std::string& target) {
  return add({.name = name, .type = '2', .link = target});
}

TarBuilder& TarBuilder::hard_link(const std::string& name, const std::string& target) {
  return add({.name = name, .type = '1', .link = target});
}

std::string TarBuilder::finish() const { return bytes_ + std::string(2 * kBlock, '\0'); }

}  // namespace ctrbox::tests
