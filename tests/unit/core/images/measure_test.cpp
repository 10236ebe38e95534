#include "core/images/measure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/content/content.h"
#include "core/images/images.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::images {
namespace {

using ::testing::ElementsAre;

constexpr const char* kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
constexpr const char* kConfig = "application/vnd.oci.image.config.v1+json";

Descriptor descriptor_of(const std::string& bytes, const std::string& media_type) {
  Descriptor descriptor;
  descriptor.media_type = media_type;
  descriptor.digest = Digest::of(bytes);
  descriptor.size = static_cast<std::int64_t>(bytes.size());
  return descriptor;
}

std::string text_of(const Descriptor& descriptor, const std::string& more = "") {
  return R"({"mediaType":")" + descriptor.media_type + R"(","digest":")" + descriptor.digest.text() + R"(","size":)" +
         std::to_string(descriptor.size) + more + "}";
}

/// An image without layers for one architecture.
struct One {
  std::string config, manifest;
  explicit One(const std::string& architecture)
      : config(R"({"os":"linux","architecture":")" + architecture + R"(","rootfs":{"type":"layers","diff_ids":[]}})"),
        manifest(R"({"schemaVersion":2,"mediaType":")" + std::string(kManifest) + R"(","config":)" +
                 text_of(descriptor_of(config, kConfig)) + R"(,"layers":[]})") {}
  std::int64_t size() const { return static_cast<std::int64_t>(config.size() + manifest.size()); }
};

class MeasureTest : public ObjectTest {
 protected:
  void SetUp() override {
    ObjectTest::SetUp();
    paths_.root = directory_;
    paths_.state = directory_ + "/state";
    paths_.create();
  }

  content::Store store() const { return content::Store(paths_); }

  void put_blob(const std::string& bytes) {
    store().write(Digest::of(bytes), bytes);
    write([&](state::Transaction& tx) {
      content::put(tx, "foo", Digest::of(bytes), static_cast<std::int64_t>(bytes.size()), {});
    });
  }
  void remove_blob(const std::string& bytes) {
    write([&](state::Transaction& tx) { content::remove(tx, "foo", Digest::of(bytes)); });
  }
  Image put_image(const Descriptor& target) {
    write([&](state::Transaction& tx) {
      put(tx, "foo", "image", target, {});
      remember_measure(tx, store(), "foo", target);
    });
    return image();
  }
  Image image() { return list(database(), "foo", {}).front(); }

  const One arm_{"arm64"}, amd_{"amd64"};
  const std::string index_ =
      R"({"schemaVersion":2,"mediaType":")" + std::string(kIndex) + R"(","manifests":[)" +
      text_of(descriptor_of(arm_.manifest, kManifest), R"(,"platform":{"os":"linux","architecture":"arm64"})") + "," +
      text_of(descriptor_of(amd_.manifest, kManifest), R"(,"platform":{"os":"linux","architecture":"amd64"})") + "]}";

 private:
  Paths paths_;
};

TEST_F(MeasureTest, WhatWasMeasuredIsRemembered) {
  put_blob(amd_.config);
  put_blob(amd_.manifest);
  const Image found = put_image(descriptor_of(amd_.manifest, kManifest));
  EXPECT_EQ(found.measured_size, amd_.size());
  EXPECT_EQ(found.measured_platforms, "linux/amd64");
}

TEST_F(MeasureTest, OfAnIndexOnlyWhatIsHereCounts) {
  for (const std::string& bytes : {amd_.config, amd_.manifest, index_}) put_blob(bytes);
  const Image found = put_image(descriptor_of(index_, kIndex));
  EXPECT_EQ(found.measured_size, amd_.size() + static_cast<std::int64_t>(index_.size()));
  EXPECT_EQ(found.measured_platforms, "linux/amd64");
}

TEST_F(MeasureTest, ItIsForgottenWhenAnotherPlatformComesOrGoes) {
  for (const std::string& bytes : {amd_.config, amd_.manifest, index_}) put_blob(bytes);
  const Descriptor target = descriptor_of(index_, kIndex);
  put_image(target);
  put_blob("something else");
  EXPECT_TRUE(image().measured_size);
  put_blob(arm_.manifest);
  EXPECT_FALSE(image().measured_size);
  EXPECT_EQ(put_image(target).measured_platforms, "linux/amd64,linux/arm64");
  remove_blob("something else");
  EXPECT_TRUE(image().measured_size);
  remove_blob(amd_.manifest);
  EXPECT_FALSE(image().measured_size);
  EXPECT_EQ(put_image(target).measured_platforms, "linux/arm64");
}

TEST_F(MeasureTest, ItIsForgottenWhenTheImageMoves) {
  for (const std::string& bytes : {amd_.config, amd_.manifest, arm_.manifest, arm_.config}) put_blob(bytes);
  put_image(descriptor_of(amd_.manifest, kManifest));
  write([&](state::Transaction& tx) { put(tx, "foo", "image", descriptor_of(arm_.manifest, kManifest), {}); });
  EXPECT_FALSE(image().measured_size);
}

TEST_F(MeasureTest, WhatCannotBeReadIsNotRemembered) {
  const std::string bad = "{";
  put_blob(bad);
  EXPECT_FALSE(put_image(descriptor_of(bad, kManifest)).measured_size);
  Measure partly;
  std::set<Digest> depends_on;
  EXPECT_THROW(measure(database(), store(), "foo", descriptor_of(bad, kManifest), partly, depends_on), Error);
  EXPECT_EQ(partly.size_bytes, 1);
}

}  // namespace
}  // namespace ctrbox::core::images
