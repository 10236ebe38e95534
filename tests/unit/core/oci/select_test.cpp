#include "core/oci/select.h"

#include <gtest/gtest.h>

#include "core/oci/media_type.h"

namespace ctrbox::core {
namespace {

Index index_of(const std::vector<std::string>& platforms) {
  Index index;
  for (const std::string& platform : platforms) {
    Descriptor manifest;
    manifest.media_type = media_type::kOciManifest;
    manifest.digest = Digest::of(platform);
    if (platform == "unknown/unknown") manifest.platform = Platform{"unknown", "unknown", ""};
    if (!platform.empty() && !manifest.platform) manifest.platform = parse_platform(platform);
    index.manifests.push_back(std::move(manifest));
  }
  return index;
}

TEST(Select, TakesTheExactPlatform) {
  const Index index = index_of({"linux/arm64", "linux/amd64", "unknown/unknown"});
  EXPECT_EQ(select_manifest(index, parse_platform("linux/amd64")), 1U);
}

TEST(Select, PrefersTheHigherVariantThatFits) {
  const Index index = index_of({"linux/arm/v5", "linux/arm/v7", "linux/arm/v6"});
  EXPECT_EQ(select_manifest(index, parse_platform("linux/arm/v7")), 1U);
  EXPECT_EQ(select_manifest(index, parse_platform("linux/arm/v6")), 2U);
}

TEST(Select, AnEntryWithoutPlatformIsTheLastResort) {
  EXPECT_EQ(select_manifest(index_of({"", "linux/amd64"}), parse_platform("linux/amd64")), 1U);
  EXPECT_EQ(select_manifest(index_of({"unknown/unknown", ""}), parse_platform("linux/amd64")), 1U);
}

TEST(Select, NothingFits) {
  EXPECT_FALSE(select_manifest(index_of({"linux/s390x", "unknown/unknown"}), parse_platform("linux/amd64")));
  EXPECT_FALSE(select_manifest(index_of({}), parse_platform("linux/amd64")));
}

TEST(Select, MessageListsEachPlatformOnce) {
  EXPECT_EQ(platforms_of(index_of({"linux/s390x", "linux/amd64", "linux/s390x", "unknown/unknown"})),
            "linux/s390x, linux/amd64");
  EXPECT_EQ(platforms_of(index_of({})), "none");
}

}  // namespace
}  // namespace ctrbox::core
