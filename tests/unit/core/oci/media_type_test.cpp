#include "core/oci/media_type.h"

#include <gtest/gtest.h>

namespace ctrbox::core::media_type {
namespace {

TEST(MediaType, EachIsOfOneKind) {
  for (const auto type : {kOciManifest, kDockerManifest})
    EXPECT_TRUE(is_manifest(type) && !is_index(type) && !is_config(type) && !is_layer(type)) << type;
  for (const auto type : {kOciIndex, kDockerManifestList})
    EXPECT_TRUE(!is_manifest(type) && is_index(type) && !is_config(type) && !is_layer(type)) << type;
  for (const auto type : {kOciConfig, kDockerConfig})
    EXPECT_TRUE(!is_manifest(type) && !is_index(type) && is_config(type) && !is_layer(type)) << type;
  for (const auto type : {kOciLayer, kOciLayerGzip, kOciLayerZstd, kDockerLayer, kDockerLayerGzip})
    EXPECT_TRUE(!is_manifest(type) && !is_index(type) && !is_config(type) && is_layer(type)) << type;
}

TEST(MediaType, ForeignLayersAreLayersAndAttestationsAreNot) {
  EXPECT_TRUE(is_layer("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"));
  EXPECT_TRUE(is_layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"));
  EXPECT_FALSE(is_layer("application/vnd.in-toto+json"));
  EXPECT_FALSE(is_layer(""));
}

}  // namespace
}  // namespace ctrbox::core::media_type
