#include "core/archive/tar_reader.h"

#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include "core/base/error.h"
#include "support/memory_source.h"
#include "support/tar_builder.h"

namespace ctrbox::core::archive {
namespace {

using tests::MemorySource;
using tests::TarBuilder;

std::string content_of(TarReader& reader) {
  std::string content;
  while (const auto run = reader.data()) {
    content.resize(static_cast<std::size_t>(run->offset));
    content.append(reinterpret_cast<const char*>(run->bytes.data()), run->bytes.size());
  }
  return content;
}

std::vector<TarEntry> all_entries(const std::string& bytes) {
  MemorySource source(bytes);
  TarReader reader(source);
  std::vector<TarEntry> entries;
  while (const TarEntry* entry = reader.next()) entries.push_back(*entry);
  return entries;
}

TEST(TarReader, ReadsEveryTypeInPiecesOfAnySize) {
  const std::string big(300000, 'x');
  TarBuilder tar;
  tar.directory("d", 01777).file("d/f", big, 04755).symlink("d/s", "../f").hard_link("h", "d/f");
  tar.add({.name = "c", .type = '3', .major = 1, .minor = 3}).add({.name = "p", .type = '6'});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{511}, std::size_t{1} << 20}) {
    MemorySource source(tar.finish(), piece);
    TarReader reader(source);
    const TarEntry* entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->type, EntryType::directory);
    EXPECT_EQ(entry->permissions, 01777U);
    EXPECT_EQ(entry->mtime.tv_sec, 1500000000);
    entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->permissions, 04755U);
    EXPECT_EQ(entry->size, 300000);
    EXPECT_EQ(content_of(reader), big);
    entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->type, EntryType::symlink);
    EXPECT_EQ(entry->link, "../f");
    entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->type, EntryType::hard_link);
    EXPECT_EQ(entry->link, "d/f");
    entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->type, EntryType::character_device);
    EXPECT_EQ(entry->device, makedev(1, 3));
    entry = reader.next();
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->type, EntryType::fifo);
    EXPECT_EQ(reader.next(), nullptr);
    reader.drain();
    EXPECT_TRUE(source.at_end());
  }
}

TEST(TarReader, NamesAreBytesInWhateverLocale) {
  const std::string utf8 = "d\xc3\xa9j\xc3\xa0 vu \xe2\x82\xac";
  const std::string decomposed = "e\xcc\x81";  // must not become one code point
  const std::string latin1 = "caf\xe9";
  TarBuilder tar;
  tar.add({.name = "x", .pax = {{"path", utf8}}});
  tar.add({.name = "x", .pax = {{"path", decomposed}}});
  tar.add({.name = "x", .pax = {{"path", latin1}}});
  tar.add({.name = "l", .type = '2', .link = "x", .pax = {{"linkpath", utf8}}});
  tar.add({.name = "h", .type = '1', .link = "x", .pax = {{"linkpath", latin1}}});
  tar.add({.name = utf8}).add({.name = latin1});
  const auto entries = all_entries(tar.finish());
  ASSERT_EQ(entries.size(), 7U);
  EXPECT_EQ(entries[0].path, utf8);
  EXPECT_EQ(entries[1].path, decomposed);
  EXPECT_EQ(entries[2].path, latin1);
  EXPECT_EQ(entries[3].link, utf8);
  EXPECT_EQ(entries[4].type, EntryType::hard_link);
  EXPECT_EQ(entries[4].link, latin1);
  EXPECT_EQ(entries[5].path, utf8);
  EXPECT_EQ(entries[6].path, latin1);
}

TEST(TarReader, PaxGivesNanosecondsLargeIdsAndAttributes) {
  TarBuilder tar;
  tar.add({.name = "f",
           .content = "abc",
           .pax = {{"mtime", "1700000000.123456789"},
                   {"uid", "4294967294"},
                   {"SCHILY.xattr.user.k", std::string("v\0w", 3)},
                   {"SCHILY.xattr.security.capability", "cap"}}});
  const auto entries = all_entries(tar.finish());
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].mtime.tv_sec, 1700000000);
  EXPECT_EQ(entries[0].mtime.tv_nsec, 123456789);
  EXPECT_EQ(entries[0].uid, 4294967294U);
  ASSERT_EQ(entries[0].xattrs.size(), 2U);
  for (const Xattr& xattr : entries[0].xattrs) {
    EXPECT_EQ(xattr.value, xattr.name == "user.k" ? std::string("v\0w", 3) : "cap");
  }
}

TEST(TarReader, PaxSizeWinsOverTheHeaders) {
  // Were the header's size believed, the file's content would be read as the header of a hidden entry.
  const std::string hidden = TarBuilder().file("hidden", "x").bytes();
  TarBuilder tar;
  tar.add({.name = "outer", .content = hidden, .pax = {{"size", std::to_string(hidden.size())}}, .claimed_size = 0});
  tar.file("after", "y");
  const auto entries = all_entries(tar.finish());
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].path, "outer");
  EXPECT_EQ(entries[0].size, static_cast<std::int64_t>(hidden.size()));
  EXPECT_EQ(entries[1].path, "after");
}

TEST(TarReader, IdsBeyond32BitsAreRefused) {
  for (const std::int64_t id : {std::int64_t{4294967295}, std::int64_t{4294967296}, std::int64_t{-1}}) {
    EXPECT_THROW(all_entries(TarBuilder().add({.name = "f", .uid = id}).finish()), Error) << id;
    EXPECT_THROW(all_entries(TarBuilder().add({.name = "f", .gid = id}).finish()), Error) << id;
  }
  EXPECT_EQ(all_entries(TarBuilder().add({.name = "f", .uid = 4294967294}).finish()).at(0).uid, 4294967294U);
}

TEST(TarReader, DamageIsAnError) {
  std::string damaged = TarBuilder().file("f", "abc").finish();
  damaged[5] = 'X';
  EXPECT_THROW(all_entries(damaged), Error) << "checksum";
  EXPECT_THROW(all_entries("this is not a tar stream, however long it may be"), Error);
  EXPECT_THROW(all_entries(TarBuilder().file("f", std::string(5000, 'x')).bytes().substr(0, 2048)), Error);
  EXPECT_THROW(all_entries(TarBuilder().file(std::string(5000, 'n'), "").finish()), Error) << "long name";
}

TEST(TarReader, DamagedPaxRecordsAreNotLeftOut) {
  // Without them the entry would be another file than the one that other readers see.
  for (const char* records : {"16 path=renamed\nrubbish\n", "999 path=x\n", "10 path=x", "8 path=x\n"}) {
    TarBuilder tar;
    tar.add({.name = "PaxHeaders/x", .type = 'x', .content = records}).file("f", "x");
    EXPECT_THROW(all_entries(tar.finish()), Error) << records;
  }
}

TEST(TarReader, AMapOfASparseFileIsBounded) {
  const auto sparse = [](int regions) {
    std::string map = std::to_string(regions) + "\n";
    for (int i = 0; i < regions; ++i) map += "0\n0\n";
    map.resize((map.size() + 511) / 512 * 512, '\0');
    return TarBuilder().add({.name = "f",
                             .content = map,
                             .pax = {{"GNU.sparse.major", "1"},
                                     {"GNU.sparse.minor", "0"},
                                     {"GNU.sparse.name", "f"},
                                     {"GNU.sparse.realsize", "9000"}}});
  };
  EXPECT_EQ(all_entries(sparse(1000).finish()).size(), 1U);
  EXPECT_THROW(all_entries(sparse(3000000).finish()), Error);
}

TEST(TarReader, DataThatNobodyReadIsNoHeader) {
  const std::string large(std::size_t{6} << 20, 'x');
  const auto entries = all_entries(TarBuilder().file("a", large).file("b", large).file("c", "").finish());
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[2].path, "c");
}

TEST(TarReader, NothingAndZerosAreEmptyArchives) {
  EXPECT_TRUE(all_entries("").empty());
  EXPECT_TRUE(all_entries(std::string(10240, '\0')).empty());
}

TEST(TarReader, DrainReadsWhatFollowsTheArchive) {
  MemorySource source(TarBuilder().file("f", "x").finish() + std::string(100000, '\0'), 512);
  TarReader reader(source);
  while (reader.next()) {
  }
  EXPECT_FALSE(source.at_end());
  reader.drain();
  EXPECT_TRUE(source.at_end());
}

}  // namespace
}  // namespace ctrbox::core::archive
