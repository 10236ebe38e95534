#include "core/oci/digest.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr const char* kEmptySha256 = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Digest, OfKnownTexts) {
  EXPECT_EQ(Digest::of("").text(), kEmptySha256);
  EXPECT_EQ(Digest::of("abc").text(), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, HasherKnowsTheLongerOnesAndTakesPieces) {
  for (const auto& [algorithm, size] : {std::pair{"sha256", 64U}, {"sha384", 96U}, {"sha512", 128U}}) {
    Hasher whole(algorithm);
    whole.update(std::as_bytes(std::span("abcdef", 6)));
    Hasher pieces(algorithm);
    pieces.update(std::as_bytes(std::span("abc", 3)));
    Hasher moved = std::move(pieces);
    moved.update(std::as_bytes(std::span("def", 3)));
    const Digest digest = whole.finish();
    EXPECT_EQ(digest, moved.finish());
    EXPECT_EQ(digest.algorithm(), algorithm);
    EXPECT_EQ(digest.hex().size(), size);
    EXPECT_EQ(Digest::parse(digest.text()), digest);
  }
  EXPECT_THROW(Hasher("md5"), Error);
}

TEST(Digest, HasherRefusesToGoOnAfterItsEnd) {
  Hasher hasher;
  hasher.finish();
  EXPECT_THROW(hasher.finish(), Error);
  EXPECT_THROW(hasher.update({}), Error);
}

TEST(Digest, EmptyIsNoDigest) {
  const Digest none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.algorithm(), "");
  EXPECT_EQ(none.hex(), "");
}

TEST(Digest, GrammarIsStrict) {
  const std::string hex(64, 'a');
  for (const std::string& text :
       {std::string(), std::string("sha256"), std::string("sha256:"), hex, "sha256:" + hex + "a",
        "sha256:" + hex.substr(1), "SHA256:" + hex, "sha256:" + std::string(64, 'A'), "sha256:" + std::string(64, 'g'),
        "sha512:" + hex, "md5:" + hex, " sha256:" + hex, "sha256:" + hex + "\n", "sha256:../" + hex.substr(3),
        "sha256::" + hex.substr(1), std::string("sha256:") + std::string(63, 'a') + '\0'}) {
    EXPECT_FALSE(Digest::is_valid(text)) << text;
    EXPECT_THROW(Digest::parse(text), Error) << text;
  }
}

TEST(Digest, ParseAndIsValidAgreeOnAnyMutation) {
  std::mt19937 random(11);
  int valid = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = kEmptySha256;
    for (auto edits = random() % 3; edits > 0; --edits)
      text[random() % text.size()] = static_cast<char>(random() % 2 == 0 ? '0' + random() % 10 : random() % 256);
    try {
      EXPECT_EQ(Digest::parse(text).text(), text);
      EXPECT_TRUE(Digest::is_valid(text));
      ++valid;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
      EXPECT_FALSE(Digest::is_valid(text));
    }
  }
  EXPECT_GT(valid, 1000);
}

}  // namespace
}  // namespace ctrbox::core
