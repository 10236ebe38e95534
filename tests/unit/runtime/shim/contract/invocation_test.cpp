#include "runtime/shim/contract/invocation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::runtime::shim::contract {
namespace {

Invocation parse(std::vector<std::string> words) { return parse_invocation(words); }

std::string refusal(std::vector<std::string> words) {
  try {
    parse_invocation(words);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(Invocation, AsContainerdWritesIt) {
  const auto got = parse({"-namespace", "default", "-address", "/run/c.sock", "-publish-binary", "/usr/bin/containerd",
                          "-id", "c1", "-debug", "start"});
  EXPECT_EQ(got.ns, "default");
  EXPECT_EQ(got.address, "/run/c.sock");
  EXPECT_EQ(got.publish_binary, "/usr/bin/containerd");
  EXPECT_EQ(got.id, "c1");
  EXPECT_TRUE(got.debug);
  EXPECT_EQ(got.action, Action::start);
}

TEST(Invocation, FlagsComeInAnyOrderAndInGosSpellings) {
  const auto got = parse({"--id=c1", "-bundle", "/b", "--namespace", "n", "-debug=false", "delete"});
  EXPECT_EQ(got.id, "c1");
  EXPECT_EQ(got.bundle, "/b");
  EXPECT_FALSE(got.debug);
  EXPECT_EQ(got.action, Action::remove);
}

TEST(Invocation, VersionAndInfoNeedNothingElse) {
  EXPECT_EQ(parse({"-v"}).action, Action::version);
  EXPECT_EQ(parse({"-info"}).action, Action::info);
  EXPECT_EQ(parse({"-debug", "-info"}).action, Action::info);
}

TEST(Invocation, WhatIsWrongIsNamed) {
  EXPECT_EQ(refusal({}), "no action: start or delete");
  EXPECT_EQ(refusal({"-namespace", "n", "-id", "c1"}), "no action: start or delete");
  EXPECT_EQ(refusal({"-namespace", "n", "-id", "c1", "stop"}), "unknown action \"stop\": start and delete are known");
  EXPECT_EQ(refusal({"-frob", "start"}), "unknown flag -frob");
  EXPECT_EQ(refusal({"-id"}), "flag -id needs a value");
  EXPECT_EQ(refusal({"-id", "c1", "start"}), "-namespace is missing");
  EXPECT_EQ(refusal({"-namespace", "n", "start"}), "-id is missing");
  EXPECT_EQ(refusal({"-namespace", "n", "-id", "c1", "start", "now"}), "unexpected argument \"now\" behind the action");
}

TEST(Invocation, IdsThatAreNoneAreRefused) {
  EXPECT_THAT(refusal({"-namespace", "n", "-id", "../c1", "start"}), testing::HasSubstr("../c1"));
  EXPECT_THAT(refusal({"-namespace", "a/b", "-id", "c1", "start"}), testing::HasSubstr("a/b"));
}

}  // namespace
}  // namespace ctrbox::runtime::shim::contract
