// The document of a checkpoint, and what is refused of those from elsewhere.
#include "runtime/checkpoint/index.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"
#include "core/oci/media_type.h"

namespace ctrbox::runtime {
namespace {

namespace media_type = core::media_type;

core::Descriptor entry(std::string_view type, const std::string& bytes) {
  core::Descriptor descriptor;
  descriptor.media_type = type;
  descriptor.digest = core::Digest::of(bytes);
  descriptor.size = static_cast<std::int64_t>(bytes.size());
  return descriptor;
}

CheckpointIndex whole() {
  CheckpointIndex index;
  index.criu = entry(media_type::kCheckpointCriu, "criu");
  index.criu.platform = core::Platform{.os = "linux", .architecture = "arm64", .variant = "v8"};
  index.config = entry(media_type::kCheckpointConfig, "config");
  index.image = entry(media_type::kDockerManifest, "image");
  index.rw = entry(media_type::kOciLayer, "rw");
  index.image_name = "docker.io/library/redis:latest";
  index.snapshotter = "overlayfs";
  return index;
}

std::string refusal(const CheckpointIndex& index) {
  const std::string json = to_json(index);
  try {
    parse_checkpoint_index(json, core::Digest::of("index"));
    return "";
  } catch (const core::Error& error) {
    return error.what();
  }
}

TEST(CheckpointIndex, EntriesComeInContainerdsOrderWithItsTypes) {
  EXPECT_EQ(to_json(whole()),
            R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
            R"({"mediaType":"application/vnd.containerd.container.criu.checkpoint.criu.tar","digest":")" +
                core::Digest::of("criu").text() +
                R"(","size":4,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}},)"
                R"({"mediaType":"application/vnd.containerd.container.checkpoint.config.v1+proto","digest":")" +
                core::Digest::of("config").text() +
                R"(","size":6},{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":")" +
                core::Digest::of("image").text() +
                R"(","size":5},{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":")" +
                core::Digest::of("rw").text() +
                R"(","size":2}],"annotations":{"image.name":"docker.io/library/redis:latest",)"
                R"("io.containerd.checkpoint.snapshotter":"overlayfs",)"
                R"("org.opencontainers.image.ref.name":"docker.io/library/redis:latest"}})");
}

TEST(CheckpointIndex, IsReadBack) {
  const CheckpointIndex index = parse_checkpoint_index(to_json(whole()), core::Digest::of("index"));
  EXPECT_EQ(index.criu.digest, core::Digest::of("criu"));
  EXPECT_EQ(index.config.digest, core::Digest::of("config"));
  EXPECT_EQ(index.image.digest, core::Digest::of("image"));
  EXPECT_EQ(index.rw.value().digest, core::Digest::of("rw"));
  EXPECT_EQ(index.image_name, "docker.io/library/redis:latest");
  CheckpointIndex bare = whole();
  bare.rw.reset();
  EXPECT_FALSE(parse_checkpoint_index(to_json(bare), core::Digest::of("index")).rw);
}

TEST(CheckpointIndex, WhatIsMissingOrOfAnUnknownTypeIsNamed) {
  const std::string where = " not found in index " + core::Digest::of("index").text();
  CheckpointIndex index = whole();
  index.criu = entry(media_type::kOciManifest, "another image");
  EXPECT_EQ(refusal(index), "unsupported checkpoint type \"application/vnd.docker.distribution.manifest.v2+json\"");
  index.criu = index.config;
  EXPECT_EQ(refusal(index), "checkpoint" + where);
  index = whole();
  index.config = index.criu;
  EXPECT_EQ(refusal(index), "checkpoint config" + where);
  index = whole();
  index.image = index.config;
  EXPECT_EQ(refusal(index), "checkpoint image" + where);
  index = whole();
  index.rw = entry("application/x-lies", "rw");
  EXPECT_EQ(refusal(index), "unsupported checkpoint type \"application/x-lies\"");
}

TEST(CheckpointIndex, TheSpecIsWrappedAsContainerdWrapsIt) {
  const std::string blob = wrap_spec("{}");
  EXPECT_EQ(blob.substr(0, 2), "\x0a\x36");  // field 1, a text of 54 bytes
  EXPECT_NE(blob.find("types.containerd.io/opencontainers/runtime-spec/1/Spec"), blob.npos);
  EXPECT_EQ(unwrap_spec(blob), "{}");
  EXPECT_THROW(unwrap_spec("no protobuf at all"), core::Error);
  EXPECT_THROW(unwrap_spec(""), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
