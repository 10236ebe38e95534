// What the tar writer writes is read back as it was, and the same bytes come for the same entries.
#include "core/archive/tar_writer.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/oci/digest.h"
#include "support/memory_sink.h"
#include "support/memory_source.h"

namespace ctrbox::core::archive {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

TarEntry entry_of(EntryType type, std::string path, std::int64_t size = 0) {
  TarEntry entry;
  entry.type = type;
  entry.path = std::move(path);
  entry.permissions = 0640;
  entry.size = size;
  entry.mtime = {1500000000, 0};
  return entry;
}

std::string archive_of(const std::vector<TarEntry>& entries) {
  tests::MemorySink sink;
  TarWriter writer(sink);
  for (const TarEntry& entry : entries) {
    writer.add(entry);
    if (entry.type == EntryType::file) writer.data(bytes_of(std::string(static_cast<std::size_t>(entry.size), 'x')));
  }
  writer.finish();
  return sink.text;
}

std::map<std::string, std::string> to_map(const std::vector<Xattr>& xattrs) {
  std::map<std::string, std::string> map;
  for (const Xattr& xattr : xattrs) map[xattr.name] = xattr.value;
  return map;
}

/// Reads the archive back and compares entry by entry.
void expect_read_back(const std::vector<TarEntry>& entries) {
  tests::MemorySource source(archive_of(entries), 700);
  TarReader reader(source);
  for (const TarEntry& wanted : entries) {
    const TarEntry* entry = reader.next();
    ASSERT_NE(entry, nullptr) << wanted.path;
    EXPECT_EQ(entry->type, wanted.type) << wanted.path;
    EXPECT_EQ(entry->path, wanted.path);
    EXPECT_EQ(entry->link, wanted.link);
    EXPECT_EQ(entry->permissions, wanted.permissions);
    EXPECT_EQ(entry->uid, wanted.uid);
    EXPECT_EQ(entry->gid, wanted.gid);
    EXPECT_EQ(entry->size, wanted.size);
    EXPECT_EQ(entry->device, wanted.device);
    EXPECT_EQ(entry->mtime.tv_sec, wanted.mtime.tv_sec) << wanted.path;
    EXPECT_EQ(entry->mtime.tv_nsec, wanted.mtime.tv_nsec) << wanted.path;
    EXPECT_EQ(to_map(entry->xattrs), to_map(wanted.xattrs));
  }
  EXPECT_EQ(reader.next(), nullptr);
}

TEST(TarWriter, EveryTypeIsReadBack) {
  std::vector<TarEntry> entries{entry_of(EntryType::directory, "d/"),
                                entry_of(EntryType::file, "d/f", 1000),
                                entry_of(EntryType::file, "d/empty"),
                                entry_of(EntryType::file, "d/block", 512),
                                entry_of(EntryType::symlink, "d/s"),
                                entry_of(EntryType::hard_link, "d/h"),
                                entry_of(EntryType::fifo, "d/p"),
                                entry_of(EntryType::block_device, "d/b"),
                                entry_of(EntryType::character_device, "d/c")};
  entries[4].link = "../somewhere";
  entries[5].link = "d/f";
  entries[7].device = makedev(259, 70000);
  entries[8].device = makedev(1, 3);
  expect_read_back(entries);
}

TEST(TarWriter, WhatDoesNotFitThePlainHeaderIsReadBack) {
  TarEntry awkward = entry_of(EntryType::file, std::string(150, 'n') + "/" + std::string(250, 'm'), 3);
  awkward.uid = 3000000000;
  awkward.gid = 2097152;
  awkward.mtime = {1500000000, 123456789};
  awkward.permissions = 07777;
  awkward.xattrs = {{"security.capability", std::string("\1\0\0\2\n=", 6)}, {"user.x", ""}};
  TarEntry link = entry_of(EntryType::symlink, "s");
  link.link = std::string(4000, 'l');
  link.mtime = {-2, 0};
  TarEntry exact = entry_of(EntryType::file, std::string(100, 'e'), 1);
  exact.mtime = {4102444800, 500000000};
  expect_read_back({awkward, link, exact});
}

TEST(TarWriter, NamesAreBytes) {
  expect_read_back({entry_of(EntryType::file,
                             "gr\xc3\xbc\xc3\x9f"
                             "e"),
                    entry_of(EntryType::file, "raw\xff\xfe"), entry_of(EntryType::file, "new\nline")});
}

TEST(TarWriter, TheSameEntriesGiveTheSameBytes) {
  TarEntry entry = entry_of(EntryType::file, "f", 5);
  entry.mtime = {1500000000, 5};
  const std::string bytes = archive_of({entry});
  EXPECT_EQ(bytes, archive_of({entry}));
  // A change of this digest changes the digests of everything that is written from now on.
  EXPECT_EQ(Digest::of(bytes).text(), "sha256:0d43199d4b10fd89688581c926c97038fabc4046783b541f1bbee7ba8a4214d3");
}

TEST(TarWriter, TimesBefore1970AreWholeSeconds) {
  TarEntry entry = entry_of(EntryType::file, "f");
  entry.mtime = {-2, 750000000};
  tests::MemorySource source(archive_of({entry}));
  TarReader reader(source);
  const TarEntry* read = reader.next();
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->mtime.tv_sec, -2);
  EXPECT_EQ(read->mtime.tv_nsec, 0);
}

TEST(TarWriter, AFileHasExactlyTheSizeThatWasAnnounced) {
  tests::MemorySink sink;
  TarWriter writer(sink);
  writer.add(entry_of(EntryType::file, "f", 5));
  EXPECT_THROW(writer.data(bytes_of("123456")), Error);
  writer.data(bytes_of("123"));
  EXPECT_THROW(writer.add(entry_of(EntryType::file, "g")), Error);
  EXPECT_THROW(writer.finish(), Error);
  writer.data(bytes_of("45"));
  writer.finish();
}

TEST(TarWriter, NamesThatTheReaderWouldRefuseAreRefused) {
  tests::MemorySink sink;
  TarWriter writer(sink);
  EXPECT_THROW(writer.add(entry_of(EntryType::file, std::string(kMaxPathBytes + 1, 'n'))), Error);
  EXPECT_THROW(writer.add(entry_of(EntryType::file, std::string("a\0b", 3))), Error);
  EXPECT_EQ(sink.text, "");
}

}  // namespace
}  // namespace ctrbox::core::archive
