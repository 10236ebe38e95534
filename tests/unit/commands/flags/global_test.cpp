#include "commands/flags/global.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "commands/errors.h"

namespace ctrbox::commands {
namespace {

using Words = std::vector<std::string>;

class GlobalFlagsTest : public ::testing::Test {
 protected:
  void SetUp() override { unsetenv("CONTAINERD_NAMESPACE"); }
  void TearDown() override { unsetenv("CONTAINERD_NAMESPACE"); }
};

TEST_F(GlobalFlagsTest, StandBeforeTheCommand) {
  const ParsedGlobals parsed = parse_globals(
      "ctr", Words{"--debug", "-n", "foo", "--root=/r", "--state", "/s", "--timeout", "5s", "images", "ls", "-q"});
  EXPECT_TRUE(parsed.flags.debug);
  EXPECT_EQ(parsed.flags.ns, "foo");
  EXPECT_EQ(parsed.flags.root, "/r");
  EXPECT_EQ(parsed.flags.state, "/s");
  EXPECT_DOUBLE_EQ(parsed.flags.timeout_seconds, 5);
  EXPECT_EQ(parsed.rest, (Words{"images", "ls", "-q"}));
}

TEST_F(GlobalFlagsTest, ShortFlagsTakeTheirValueInThreeForms) {
  EXPECT_EQ(parse_globals("ctr", Words{"-nfoo", "x"}).flags.ns, "foo");
  EXPECT_EQ(parse_globals("ctr", Words{"-n=foo", "x"}).flags.ns, "foo");
  EXPECT_EQ(parse_globals("ctr", Words{"-n", "foo", "x"}).flags.ns, "foo");
}

TEST_F(GlobalFlagsTest, TheFlagWinsOverTheEnvironmentAndAnEmptyVariableIsNone) {
  setenv("CONTAINERD_NAMESPACE", "bar", 1);
  EXPECT_EQ(parse_globals("ctr", Words{"x"}).flags.ns, "bar");
  EXPECT_EQ(parse_globals("ctr", Words{"-n", "foo", "x"}).flags.ns, "foo");
  setenv("CONTAINERD_NAMESPACE", "", 1);
  EXPECT_EQ(parse_globals("ctr", Words{"x"}).flags.ns, "default");
}

TEST_F(GlobalFlagsTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THROW(parse_globals("ctr", Words{"--namspace", "x"}), UsageError);
  EXPECT_THROW(parse_globals("ctr", Words{"-n"}), UsageError);
  EXPECT_THROW(parse_globals("ctr", Words{"--root=", "x"}), UsageError);
  EXPECT_THROW(parse_globals("ctr", Words{"--debug=maybe", "x"}), UsageError);
  EXPECT_THROW(parse_globals("ctr", Words{"--timeout", "5", "x"}), core::Error);
}

}  // namespace
}  // namespace ctrbox::commands
