#include "runtime/spec/mount.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

std::string failure(const std::string& text) {
  try {
    parse_mount(text);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

TEST(ParseMount, AllKeysAndTheirOtherNames) {
  const SpecMount expected{"bind", "/a", "/b", {"rbind", "ro"}};
  EXPECT_EQ(parse_mount("type=bind,src=/a,dst=/b,options=rbind:ro"), expected);
  EXPECT_EQ(parse_mount("source=/a,destination=/b,type=bind,options=rbind:ro"), expected);
  EXPECT_EQ(parse_mount("src=/a,target=/b,ro"), expected);
  EXPECT_EQ(parse_mount("src=/a,dest=/b,ro"), expected);
}

TEST(ParseMount, OtherTypesKeepTheirOptions) {
  const SpecMount expected{"tmpfs", "tmpfs", "/t", {"size=1m", "mode=700"}};
  EXPECT_EQ(parse_mount("type=tmpfs,src=tmpfs,dst=/t,options=size=1m:mode=700"), expected);
}

TEST(ParseMount, BindKeepsTheKindThatWasAskedFor) {
  EXPECT_EQ(parse_mount("src=/a,dst=/b,options=bind").options, std::vector<std::string>{"bind"});
}

TEST(ParseMount, QuotedFieldMayHoldACommaAndAQuote) {
  EXPECT_EQ(parse_mount(R"("src=/a,""b",dst=/c)").source, "/a,\"b");
}

TEST(ParseMount, WrongSpecificationsAreRefused) {
  EXPECT_EQ(failure("src=/a,dst=/b,shared"), "invalid mount specification: expected key=val");
  EXPECT_EQ(failure(""), "invalid mount specification: expected key=val");
  EXPECT_EQ(failure("src=/a,dst=/b,mode=ro"), "mount option \"mode\" not supported");
  EXPECT_EQ(failure("src=/a"), "invalid mount specification: no destination");
  EXPECT_EQ(failure("dst=/a"), "invalid mount specification: no source");
  EXPECT_EQ(failure("src=a,dst=/b"), "mount source \"a\" is not an absolute path");
  EXPECT_EQ(failure("src=/a,dst=b"), "mount destination \"b\" is not an absolute path");
  EXPECT_EQ(failure("\"src=/a"), "invalid mount specification: a quote is not closed");
}

using Options = std::vector<std::string>;

TEST(Tmpfs, IsClosedUnlessOpened) {
  EXPECT_EQ(parse_tmpfs("/tmp"), (SpecMount{"tmpfs", "tmpfs", "/tmp", {"nosuid", "noexec", "nodev"}}));
  EXPECT_EQ(parse_tmpfs("/tmp:size=64m,exec,mode=1777,nodev").options,
            (Options{"nosuid", "nodev", "size=64m", "exec", "mode=1777"}));
}

TEST(Tmpfs, WhatItDoesNotHaveIsRefused) {
  for (const char* text :
       {"", "tmp", ":size=1m", "/tmp:bogus", "/tmp:size", "/tmp:size=", "/tmp:bind", "/tmp:upperdir=/x", "/tmp:,ro"})
    EXPECT_THROW(parse_tmpfs(text), core::Error) << text;
}

TEST(Propagation, EightWords) {
  for (const char* word : {"shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"})
    EXPECT_EQ(parse_propagation(word), word);
  for (const char* word : {"", "share", "rrshared"}) EXPECT_THROW(parse_propagation(word), core::Error) << word;
}

}  // namespace
}  // namespace ctrbox::runtime
