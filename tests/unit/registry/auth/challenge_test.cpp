#include "registry/auth/challenge.h"

#include <gtest/gtest.h>

namespace ctrbox::registry::auth {
namespace {

TEST(Challenge, ReadsTheParametersOfDockerHub) {
  const auto challenges = parse_challenges(
      R"(Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/redis:pull,push")");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].scheme, "bearer");
  EXPECT_EQ(challenges[0].parameter("realm"), "https://auth.docker.io/token");
  EXPECT_EQ(challenges[0].parameter("service"), "registry.docker.io");
  EXPECT_EQ(challenges[0].parameter("scope"), "repository:library/redis:pull,push");
  EXPECT_EQ(challenges[0].parameter("error"), "");
}

TEST(Challenge, TellsSeveralSchemesOfOneHeaderApart) {
  const auto challenges = parse_challenges(R"(Negotiate YWJj==, BASIC realm="a, b=c", Bearer realm=x , scope = "y")");
  ASSERT_EQ(challenges.size(), 3U);
  EXPECT_EQ(challenges[0].scheme, "negotiate");
  EXPECT_EQ(challenges[1].scheme, "basic");
  EXPECT_EQ(challenges[1].parameter("realm"), "a, b=c");
  EXPECT_EQ(challenges[2].scheme, "bearer");
  EXPECT_EQ(challenges[2].parameter("realm"), "x");
  EXPECT_EQ(challenges[2].parameter("scope"), "y");
}

TEST(Challenge, UnquotesEscapes) {
  const auto challenges = parse_challenges(R"(Basic realm="say \"hi\"")");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].parameter("realm"), R"(say "hi")");
}

TEST(Challenge, SchemeWithoutParametersStands) {
  const auto challenges = parse_challenges("Negotiate, Basic");
  ASSERT_EQ(challenges.size(), 2U);
  EXPECT_EQ(challenges[1].scheme, "basic");
}

TEST(Challenge, DamagedTextKeepsWhatCameBefore) {
  const auto challenges = parse_challenges(R"(Bearer realm="good", scope="never closed)");
  ASSERT_EQ(challenges.size(), 1U);
  EXPECT_EQ(challenges[0].parameter("realm"), "good");
  EXPECT_EQ(challenges[0].parameters.count("scope"), 0U);
}

TEST(Challenge, FirstOfARepeatedParameterCounts) {
  EXPECT_EQ(parse_challenges(R"(Bearer realm="a", realm="b")").at(0).parameter("realm"), "a");
}

TEST(Challenge, NonsenseIsNoChallenge) {
  for (const char* text : {"", " ,,, ", "=", "\"", "\x01\x02", "@@@"})
    EXPECT_TRUE(parse_challenges(text).empty()) << text;
}

TEST(Challenge, IsBounded) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "Basic realm=x,";
  EXPECT_EQ(parse_challenges(many).size(), kMaxChallenges);
  std::string wide = "Bearer ";
  for (int i = 0; i < 1000; ++i) wide += "p" + std::to_string(i) + "=v,";
  EXPECT_EQ(parse_challenges(wide).at(0).parameters.size(), kMaxChallengeParameters);
}

}  // namespace
}  // namespace ctrbox::registry::auth
