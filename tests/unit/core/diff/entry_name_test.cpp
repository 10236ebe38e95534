#include "core/diff/entry_name.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::core::diff {
namespace {

TEST(EntryName, NoNameLeadsOutOfTheRoot) {
  EXPECT_EQ(clean_path("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(clean_path("./a//b/./c/"), "a/b/c");
  EXPECT_EQ(clean_path("a/../b"), "b");
  EXPECT_EQ(clean_path("../../a"), "a");
  EXPECT_EQ(clean_path("a/../../../b/.."), "");
  EXPECT_EQ(clean_path("..."), "...");
}

TEST(EntryName, KindsOfNames) {
  EXPECT_EQ(parse_entry_name("./").kind, NameKind::root);
  EXPECT_EQ(parse_entry_name("a/..").kind, NameKind::root);
  const EntryName plain = parse_entry_name("/usr/bin/ls");
  EXPECT_EQ(plain.kind, NameKind::ordinary);
  EXPECT_EQ(plain.parent, "usr/bin");
  EXPECT_EQ(plain.base, "ls");
  const EntryName whiteout = parse_entry_name("a/.wh.b");
  EXPECT_EQ(whiteout.kind, NameKind::whiteout);
  EXPECT_EQ(whiteout.parent, "a");
  EXPECT_EQ(whiteout.base, "b");
  const EntryName opaque = parse_entry_name("a/b/.wh..wh..opq");
  EXPECT_EQ(opaque.kind, NameKind::opaque);
  EXPECT_EQ(opaque.parent, "a/b");
  EXPECT_EQ(parse_entry_name(".wh..wh.plnk/1.2").kind, NameKind::ignored);
  EXPECT_EQ(parse_entry_name("a/.wh..wh.aufs").kind, NameKind::ignored);
  EXPECT_EQ(parse_entry_name("wh.x").kind, NameKind::ordinary);
}

TEST(EntryName, WhiteoutsOfNoNameAreRefused) {
  for (const char* name : {".wh.", "a/.wh.", ".wh..", "a/.wh..", ".wh...", "a/b/.wh..."}) {
    EXPECT_THROW(parse_entry_name(name), Error) << name;
  }
}

}  // namespace
}  // namespace ctrbox::core::diff
