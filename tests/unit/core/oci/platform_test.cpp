#include "core/oci/platform.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

int score(const std::string& wanted, const std::string& offered) {
  return match_score(parse_platform(wanted), parse_platform(offered));
}

TEST(Platform, KnowsOtherSpellings) {
  const std::pair<std::string, std::string> cases[] = {
      {"linux/x86_64", "linux/amd64"},    {"Linux/AMD64", "linux/amd64"},
      {"linux/amd64/v1", "linux/amd64"},  {"linux/amd64/v3", "linux/amd64/v3"},
      {"aarch64", "linux/arm64/v8"},      {"linux/arm64/8", "linux/arm64/v8"},
      {"linux/arm", "linux/arm/v7"},      {"armel", "linux/arm/v6"},
      {"linux/arm/5", "linux/arm/v5"},    {"i686", "linux/386"},
      {"macos/arm64", "darwin/arm64/v8"}, {"riscv64", "linux/riscv64"}};
  for (const auto& [text, canonical] : cases) EXPECT_EQ(to_string(parse_platform(text)), canonical) << text;
  EXPECT_EQ(parse_platform("linux"), host_platform());
}

TEST(Platform, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("/"), std::string("linux/"), std::string("a/b/c/d"), std::string("linux/amd64/"),
        std::string("lin ux/amd64"), std::string("nonsense"), std::string(100, 'a') + "/b", std::string("linux/../x")})
    EXPECT_THROW(parse_platform(text), Error) << text;
}

TEST(Platform, ExactVariantGoesBeforeALowerOne) {
  EXPECT_GT(score("linux/arm/v7", "linux/arm/v7"), score("linux/arm/v7", "linux/arm/v6"));
  EXPECT_GT(score("linux/arm/v7", "linux/arm/v6"), score("linux/arm/v7", "linux/arm/v5"));
  EXPECT_GT(score("linux/arm/v7", "linux/arm/v5"), 0);
  EXPECT_EQ(score("linux/arm/v6", "linux/arm/v7"), 0);
  EXPECT_GT(score("linux/amd64/v3", "linux/amd64/v2"), score("linux/amd64/v3", "linux/amd64"));
  EXPECT_EQ(score("linux/amd64", "linux/amd64/v2"), 0);
  EXPECT_EQ(score("linux/arm64", "linux/arm64"), score("linux/arm64", "linux/arm64/v8"));
}

TEST(Platform, Runs32BitProgramsAsALastResort) {
  EXPECT_GT(score("linux/amd64", "linux/386"), 0);
  EXPECT_GT(score("linux/amd64/v3", "linux/amd64"), score("linux/amd64/v3", "linux/386"));
  EXPECT_GT(score("linux/arm64", "linux/arm/v7"), score("linux/arm64", "linux/arm/v6"));
  EXPECT_EQ(score("linux/386", "linux/amd64"), 0);
}

TEST(Platform, NeverMatchesTheUnknown) {
  EXPECT_EQ(match_score(host_platform(), Platform{}), 0);
  EXPECT_EQ(match_score(host_platform(), (Platform{"unknown", "unknown", ""})), 0);
  EXPECT_EQ(score("linux/amd64", "windows/amd64"), 0);
  EXPECT_EQ(score("linux/amd64", "linux/arm64"), 0);
}

}  // namespace
}  // namespace ctrbox::core
