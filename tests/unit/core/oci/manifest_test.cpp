#include "core/oci/manifest.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/base/error.h"
#include "core/oci/media_type.h"

namespace ctrbox::core {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string descriptor(const std::string& media_type, const std::string& size = "7") {
  return R"({"mediaType":")" + media_type + R"(","digest":")" + kDigest + R"(","size":)" + size + "}";
}

std::string config_member() { return "\"config\":" + descriptor(std::string(media_type::kOciConfig)); }

std::string manifest_with(const std::string& members) { return "{\"schemaVersion\":2," + members + "}"; }

std::string good_manifest() {
  return manifest_with(config_member() + ",\"layers\":[" +
                       descriptor(std::string(media_type::kOciLayerGzip), "9007199254740991") +
                       R"(],"annotations":{"a":"b"})");
}

std::string refusal(const std::string& text, std::string_view type = media_type::kOciManifest) {
  try {
    parse_manifest(text, type);
    return "parsed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
}

std::string index_refusal(const std::string& text) {
  try {
    parse_index(text, media_type::kOciIndex);
    return "parsed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
}

#define EXPECT_REFUSED(text, reason) EXPECT_NE(refusal(text).find(reason), std::string::npos) << refusal(text)

TEST(Manifest, GivesConfigLayersAndAnnotations) {
  const Manifest manifest =
      parse_manifest(good_manifest(), "application/vnd.oci.image.manifest.v1+json; charset=utf-8");
  EXPECT_EQ(manifest.media_type, media_type::kOciManifest);
  EXPECT_EQ(manifest.config.media_type, media_type::kOciConfig);
  EXPECT_EQ(manifest.config.digest.text(), kDigest);
  EXPECT_EQ(manifest.config.size, 7);
  ASSERT_EQ(manifest.layers.size(), 1U);
  EXPECT_EQ(manifest.layers[0].size, 9007199254740991);
  EXPECT_EQ(manifest.annotations.at("a"), "b");
}

TEST(Manifest, SizesAreWholeNumbersBelowTwoToThe53) {
  for (const char* size : {"-1", "9007199254740992", "18446744073709551615", "1e3", "7.5", "\"7\"", "1e400",
                           "99999999999999999999999", "true", "{}"}) {
    const std::string text = manifest_with(config_member() + ",\"layers\":[" + descriptor("x/y", size) + "]");
    EXPECT_NE(refusal(text), "parsed") << size;
  }
  EXPECT_REFUSED(manifest_with(config_member() + ",\"layers\":[" + descriptor("x/y", "-1") + "]"),
                 "manifest: layers[0]: \"size\" must be from 0 to 9007199254740991");
}

TEST(Manifest, ThatCouldBeReadAsSomethingElseIsRefused) {
  EXPECT_REFUSED(manifest_with(config_member() + R"(,"layers":[],"manifests":[])"),
                 "\"manifests\" does not belong there");
  EXPECT_REFUSED(manifest_with(config_member() + R"(,"layers":[],"layers":[])"), "member \"layers\" occurs twice");
  EXPECT_REFUSED(manifest_with(config_member() + R"(,"layers":[],"Layers":[])"), "member \"Layers\" is ambiguous");
  EXPECT_REFUSED(
      manifest_with(R"("mediaType":"application/vnd.oci.image.index.v1+json",)" + config_member() + ",\"layers\":[]"),
      "but was offered as");
  EXPECT_REFUSED(R"({"schemaVersion":1,"fsLayers":[]})", "Docker's schema 1");
  EXPECT_REFUSED(R"({"schemaVersion":3,)" + config_member() + ",\"layers\":[]}", "\"schemaVersion\" must be 2");
  EXPECT_NE(index_refusal(R"({"manifests":[],"layers":[]})").find("\"layers\" does not belong"), std::string::npos);
  EXPECT_NE(index_refusal(R"({"manifests":[],"config":{}})").find("\"config\" does not belong"), std::string::npos);
}

TEST(Manifest, BoundsAreEnforced) {
  std::string layers = descriptor("x/y");
  for (std::size_t i = 1; i < kMaxLayers; ++i) layers += "," + descriptor("x/y");
  EXPECT_EQ(parse_manifest(manifest_with(config_member() + ",\"layers\":[" + layers + "]"), media_type::kOciManifest)
                .layers.size(),
            kMaxLayers);
  EXPECT_REFUSED(manifest_with(config_member() + ",\"layers\":[" + layers + "," + descriptor("x/y") + "]"),
                 "more than 500");
  EXPECT_REFUSED(std::string(kMaxManifestBytes + 1, ' '), "larger than");
  EXPECT_REFUSED("{\"a\":" + std::string(1'000'000, '['), "nested more than 64 levels");
  std::string objects;
  for (int i = 0; i < 500'000; ++i) objects += "{\"a\":";
  EXPECT_REFUSED(objects, "nested more than 64 levels");
  EXPECT_REFUSED("{\"a\":" + std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']') + "}", "nested more");
  EXPECT_REFUSED("{\"a\":" + std::string(kMaxJsonDepth - 1, '[') + std::string(kMaxJsonDepth - 1, ']') + "}",
                 "\"config\" is missing");
}

TEST(Manifest, MembersHaveTheirTypes) {
  EXPECT_REFUSED("", "not valid JSON");
  EXPECT_REFUSED("[]", "not a JSON object");
  EXPECT_REFUSED("{} {}", "not valid JSON");
  EXPECT_REFUSED("{\"a\":\"\xff\"}", "not valid JSON");
  EXPECT_REFUSED("{}", "\"config\" is missing");
  EXPECT_REFUSED(manifest_with(config_member()), "\"layers\" is missing");
  EXPECT_REFUSED(manifest_with(config_member() + ",\"layers\":{}"), "\"layers\" must be an array");
  EXPECT_REFUSED(manifest_with(config_member() + ",\"layers\":[7]"), "a descriptor must be an object");
  EXPECT_REFUSED(
      manifest_with(config_member() + R"(,"layers":[{"mediaType":"x","digest":"sha256:../../etc","size":1}])"),
      "layers[0]: \"digest\": digest");
  EXPECT_REFUSED(manifest_with(config_member() + R"(,"layers":[],"annotations":{"a":1})"),
                 "\"annotations\" must be a string");
  EXPECT_REFUSED(manifest_with(config_member() + ",\"layers\":[" + descriptor("x\\r\\nHost: y") + "]"),
                 "is not a media type");
  EXPECT_NE(refusal(good_manifest(), "text/html").find("\"text/html\" is not one of those known here"),
            std::string::npos);
}

TEST(Index, GivesManifestsWithTheirPlatforms) {
  const std::string entry = R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" + kDigest +
                            R"(","size":3,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}})";
  const Index index = parse_index(R"({"schemaVersion":2,"manifests":[)" + entry + "]}", media_type::kOciIndex);
  ASSERT_EQ(index.manifests.size(), 1U);
  EXPECT_EQ(index.manifests[0].platform, (Platform{"linux", "arm64", "v8"}));
}

TEST(Manifest, SniffingTakesTheClaimElseTheMembers) {
  EXPECT_EQ(sniff_media_type(good_manifest()), media_type::kOciManifest);
  EXPECT_EQ(sniff_media_type(R"({"manifests":[]})"), media_type::kOciIndex);
  EXPECT_EQ(sniff_media_type(R"({"mediaType":"a/b"})"), "a/b");
  EXPECT_EQ(sniff_media_type(R"({"fsLayers":[]})"), "application/vnd.docker.distribution.manifest.v1+json");
  EXPECT_EQ(sniff_media_type("{}"), "");
  EXPECT_EQ(sniff_media_type("<html>"), "");
}

TEST(Manifest, AnyMutationIsParsedOrRefused) {
  std::mt19937 random(7);
  const std::string seed = good_manifest();
  const std::string alphabet = "{}[]\",:0-9eE.\\u\0\xff layers";
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = seed;
    for (auto edits = 1 + random() % 5; edits > 0; --edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = alphabet[random() % alphabet.size()]; break;
        case 1: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
        default: text.erase(at, random() % 20 + 1); break;
      }
      if (text.empty()) text = "{";
    }
    try {
      const Manifest manifest = parse_manifest(text, media_type::kOciManifest);
      for (const Descriptor& layer : manifest.layers) {
        EXPECT_TRUE(Digest::is_valid(layer.digest.text()));
        EXPECT_GE(layer.size, 0);
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument) << error.what();
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace ctrbox::core
