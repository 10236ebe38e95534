// Media types of images, OCI's and Docker's. Source: OCI image-spec, media-types.md; distribution manifest v2 schema 2.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ctrbox::core::media_type {

inline constexpr std::string_view kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view kOciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr std::string_view kOciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
inline constexpr std::string_view kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr std::string_view kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
inline constexpr std::string_view kDockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

// containerd's, of what a checkpoint's index lists.
inline constexpr std::string_view kCheckpointCriu = "application/vnd.containerd.container.criu.checkpoint.criu.tar";
inline constexpr std::string_view kCheckpointConfig = "application/vnd.containerd.container.checkpoint.config.v1+proto";

bool is_manifest(std::string_view type) noexcept;
bool is_index(std::string_view type) noexcept;
bool is_config(std::string_view type) noexcept;
/// A layer that can be unpacked (also the non-distributable ones).
bool is_layer(std::string_view type) noexcept;

}  // namespace ctrbox::core::media_type
