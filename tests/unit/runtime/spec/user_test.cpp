#include "runtime/spec/user.h"

#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr const char* kPasswd =
    "# a comment\n"
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken line\n"
    "nouid:x::5:::\n"
    "bad:x:-1:5:::\n"
    "huge:x:4294967295:5:::\n"
    "redis:x:999:1000:Redis:/var/lib/redis:/bin/false\r\n"
    "short:x:12:13\n"
    "relative:x:14:14::home:\n"
    "redis:x:1:1:a second redis:/:/bin/false\n"
    "last:x:77:78::/last:/bin/sh";  // no newline

constexpr const char* kGroup =
    "root:x:0:\n"
    "wheel:x:10:root,redis\n"
    "nonsense\n"
    "tls:x:70:nobody,redis\n"
    "again:x:70:redis\n"
    "redis:x:1000:\n"
    "redisx:x:71:redisx\n";

std::optional<std::string> files(const std::string& path) {
  if (path == "etc/passwd") return kPasswd;
  if (path == "etc/group") return kGroup;
  return std::nullopt;
}

std::optional<std::string> no_files(const std::string&) { return std::nullopt; }

std::string describe(const User& user) {
  std::string text = std::to_string(user.uid) + ":" + std::to_string(user.gid) + " [";
  for (const auto gid : user.additional_gids) text += std::to_string(gid) + " ";
  return text + "] " + user.home;
}

std::string resolve(const std::string& text) { return describe(resolve_user(text, files)); }

std::string failure(const std::string& text) {
  try {
    return resolve(text);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
}

TEST(ResolveUser, EmptyIsRootWithRootsGroups) { EXPECT_EQ(resolve(""), "0:0 [0 10 ] /root"); }
TEST(ResolveUser, NameHasItsGroupMembershipsOnceAndHome) {
  EXPECT_EQ(resolve("redis"), "999:1000 [1000 10 70 ] /var/lib/redis");
}
TEST(ResolveUser, NumberOfAKnownUserIsThatUser) { EXPECT_EQ(resolve("999"), "999:1000 [1000 10 70 ] /var/lib/redis"); }
TEST(ResolveUser, UnknownNumberHasGroupZeroAndNoMore) { EXPECT_EQ(resolve("4242"), "4242:0 [0 ] /"); }
TEST(ResolveUser, GivenGroupReplacesMemberships) { EXPECT_EQ(resolve("redis:tls"), "999:70 [70 ] /var/lib/redis"); }
TEST(ResolveUser, NumericPair) { EXPECT_EQ(resolve("1234:5678"), "1234:5678 [5678 ] /"); }
TEST(ResolveUser, NumericGroupOfANamedUser) { EXPECT_EQ(resolve("redis:5"), "999:5 [5 ] /var/lib/redis"); }
TEST(ResolveUser, GroupAloneIsRootsWithThatGroup) { EXPECT_EQ(resolve(":tls"), "0:70 [70 ] /root"); }
TEST(ResolveUser, EmptyGroupIsNone) { EXPECT_EQ(resolve("redis:"), "999:1000 [1000 10 70 ] /var/lib/redis"); }
TEST(ResolveUser, ShortLineIsEnough) { EXPECT_EQ(resolve("short"), "12:13 [13 ] /"); }
TEST(ResolveUser, RelativeHomeIsNotTaken) { EXPECT_EQ(resolve("relative"), "14:14 [14 ] /"); }
TEST(ResolveUser, LastLineNeedsNoNewline) { EXPECT_EQ(resolve("last"), "77:78 [78 ] /last"); }
TEST(ResolveUser, WithoutFilesRootIsZero) { EXPECT_EQ(describe(resolve_user("", no_files)), "0:0 [0 ] /"); }

TEST(ResolveUser, UnknownNameIsRefused) {
  EXPECT_EQ(failure("nobody"), "user \"nobody\" not found in the image's /etc/passwd");
}
TEST(ResolveUser, MalformedEntryIsNoUser) {
  EXPECT_EQ(failure("huge"), "user \"huge\" not found in the image's /etc/passwd");
  EXPECT_EQ(failure("bad"), "user \"bad\" not found in the image's /etc/passwd");
}
TEST(ResolveUser, UnknownGroupIsRefused) {
  EXPECT_EQ(failure("redis:nogroup"), "group \"nogroup\" not found in the image's /etc/group");
}
TEST(ResolveUser, NumbersOutOfRangeAreRefused) {
  EXPECT_EQ(failure("4294967295"), "user id \"4294967295\" is out of range: 0 to 2147483647");
  EXPECT_EQ(failure("0:99999999999999999999"), "group id \"99999999999999999999\" is out of range: 0 to 2147483647");
}
TEST(ResolveUser, SecondColonIsRefused) {
  EXPECT_EQ(failure("a:b:c"), "invalid user \"a:b:c\": expected user or user:group");
}

}  // namespace
}  // namespace ctrbox::runtime
