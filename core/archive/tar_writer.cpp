// The format: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; attributes as the keys
// "SCHILY.xattr.<name>", which every tar of today reads.
#include "core/archive/tar_writer.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace ctrbox::core::archive {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::int64_t kMaxOctal7 = 07777777;       // seven digits and NUL
constexpr std::int64_t kMaxOctal11 = 077777777777;  // eleven digits and NUL
constexpr const char* kExtendedName = "PaxHeader";

/// Where the fields of a header begin and how long they are.
struct Field {
  std::size_t at;
  std::size_t size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kTime{136, 12}, kSum{148, 8},
    kType{156, 1}, kLink{157, 100}, kMagic{257, 8}, kMajor{329, 8}, kMinor{337, 8};

using Block = std::array<char, kBlock>;

void put_text(Block& block, Field field, std::string_view text) {
  std::memcpy(block.data() + field.at, text.data(), std::min(text.size(), field.size));
}

/// Zero where it does not fit: the extended header then has it.
void put_octal(Block& block, Field field, std::int64_t number) {
  const std::int64_t max = field.size == kSize.size ? kMaxOctal11 : kMaxOctal7;
  if (number < 0 || number > max) number = 0;
  for (std::size_t i = field.size - 1; i-- > 0; number /= 8) {
    block[field.at + i] = static_cast<char>('0' + number % 8);
  }
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void write_block(ByteSink& sink, Block& block) {
  put_text(block, kMagic, std::string_view("ustar\00000", 8));
  put_text(block, kSum, "        ");
  std::int64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(block, {kSum.at, kSum.size - 1}, sum);
  block[kSum.at + kSum.size - 2] = '\0';
  sink.write(bytes_of({block.data(), block.size()}));
}

char type_flag(EntryType type) {
  switch (type) {
    case EntryType::file: return '0';
    case EntryType::hard_link: return '1';
    case EntryType::symlink: return '2';
    case EntryType::character_device: return '3';
    case EntryType::block_device: return '4';
    case EntryType::directory: return '5';
    case EntryType::fifo: return '6';
  }
  return '0';
}

/// "<length> <key>=<value>\n", the length counting itself.
void add_record(std::string& records, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (std::to_string(length).size() + rest != length) length = std::to_string(length).size() + rest;
  records += std::to_string(length);
  records += ' ';
  records += key;
  records += '=';
  records += value;
  records += '\n';
}

/// "12.5": seconds since 1970, without zeros at the end. Before 1970 whole seconds only: readers do not agree on which
/// way the fraction counts there.
std::string time_text(const timespec& time) {
  std::string text = std::to_string(time.tv_sec);
  if (time.tv_nsec == 0 || time.tv_sec < 0) return text;
  std::string fraction = std::to_string(time.tv_nsec);
  fraction.insert(0, 9 - fraction.size(), '0');
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

bool needs_record(std::string_view text, Field field) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  return text.size() > field.size || !ascii;
}

std::string records_of(const TarEntry& entry, std::int64_t size) {
  std::string records;
  // Names that are no text are said to be bytes; before the names, since readers go by what they have read.
  if (!is_utf8(entry.path) || !is_utf8(entry.link)) add_record(records, "hdrcharset", "BINARY");
  if (needs_record(entry.path, kName)) add_record(records, "path", entry.path);
  if (needs_record(entry.link, kLink)) add_record(records, "linkpath", entry.link);
  if (size > kMaxOctal11) add_record(records, "size", std::to_string(size));
  if (entry.uid > kMaxOctal7) add_record(records, "uid", std::to_string(entry.uid));
  if (entry.gid > kMaxOctal7) add_record(records, "gid", std::to_string(entry.gid));
  const timespec& time = entry.mtime;
  if (time.tv_nsec != 0 || time.tv_sec < 0 || time.tv_sec > kMaxOctal11) add_record(records, "mtime", time_text(time));
  for (const Xattr& xattr : entry.xattrs) add_record(records, "SCHILY.xattr." + xattr.name, xattr.value);
  return records;
}

void check_text(const std::string& text, const char* what) {
  if (text.size() <= kMaxPathBytes && text.find('\0') == text.npos) return;
  throw invalid_argument(std::string(what) + " is longer than " + std::to_string(kMaxPathBytes) + " bytes");
}

}  // namespace

void TarWriter::pad(std::int64_t size) {
  static constexpr Block kZeros{};
  const auto rest = static_cast<std::size_t>(size) % kBlock;
  if (rest != 0) sink_.write(bytes_of({kZeros.data(), kBlock - rest}));
}

void TarWriter::check_complete() const {
  if (expected_ != 0) throw internal("a file of the archive is " + std::to_string(expected_) + " bytes short");
}

void TarWriter::write_extended(const TarEntry& entry, std::int64_t size) {
  const std::string records = records_of(entry, size);
  if (records.empty()) return;
  Block block{};
  put_text(block, kName, kExtendedName);
  put_octal(block, kMode, 0644);
  put_octal(block, kUid, 0);
  put_octal(block, kGid, 0);
  put_octal(block, kSize, static_cast<std::int64_t>(records.size()));
  put_octal(block, kTime, 0);
  put_text(block, kType, "x");
  put_octal(block, kMajor, 0);
  put_octal(block, kMinor, 0);
  write_block(sink_, block);
  sink_.write(bytes_of(records));
  pad(static_cast<std::int64_t>(records.size()));
}

void TarWriter::write_header(const TarEntry& entry, std::int64_t size) {
  Block block{};
  put_text(block, kName, entry.path);
  put_octal(block, kMode, entry.permissions & 07777U);
  put_octal(block, kUid, entry.uid);
  put_octal(block, kGid, entry.gid);
  put_octal(block, kSize, size);
  put_octal(block, kTime, entry.mtime.tv_sec);
  const char flag = type_flag(entry.type);
  put_text(block, kType, {&flag, 1});
  put_text(block, kLink, entry.link);
  const bool device = entry.type == EntryType::character_device || entry.type == EntryType::block_device;
  put_octal(block, kMajor, device ? major(entry.device) : 0);
  put_octal(block, kMinor, device ? minor(entry.device) : 0);
  write_block(sink_, block);
}

void TarWriter::add(const TarEntry& entry) {
  check_complete();
  check_text(entry.path, "name");
  check_text(entry.link, "link target");
  const std::int64_t size = entry.type == EntryType::file ? entry.size : 0;
  write_extended(entry, size);
  write_header(entry, size);
  expected_ = file_size_ = size;
}

void TarWriter::data(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size > expected_) throw internal("a file of the archive has more bytes than were announced");
  sink_.write(bytes);
  expected_ -= size;
  if (expected_ == 0) pad(file_size_);
}

void TarWriter::finish() {
  check_complete();
  static constexpr std::array<char, 2 * kBlock> kEnd{};
  sink_.write(bytes_of({kEnd.data(), kEnd.size()}));
}

}  // namespace ctrbox::core::archive
