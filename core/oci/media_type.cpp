#include "core/oci/media_type.h"

#include <algorithm>
#include <array>

namespace ctrbox::core::media_type {
namespace {

/// Layers that are layers although nobody should write them any more: without the permission to redistribute.
constexpr std::array<std::string_view, 5> kNonDistributableLayers = {
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
};
/// What some builders call zstd layers of Docker manifests.
constexpr std::string_view kDockerLayerZstd = "application/vnd.docker.image.rootfs.diff.tar.zstd";

}  // namespace

bool is_manifest(std::string_view type) noexcept { return type == kOciManifest || type == kDockerManifest; }

bool is_index(std::string_view type) noexcept { return type == kOciIndex || type == kDockerManifestList; }

bool is_config(std::string_view type) noexcept { return type == kOciConfig || type == kDockerConfig; }

bool is_layer(std::string_view type) noexcept {
  const bool distributable = type == kOciLayer || type == kOciLayerGzip || type == kOciLayerZstd ||
                             type == kDockerLayer || type == kDockerLayerGzip || type == kDockerLayerZstd;
  return distributable || std::find(kNonDistributableLayers.begin(), kNonDistributableLayers.end(), type) !=
                              kNonDistributableLayers.end();
}

}  // namespace ctrbox::core::media_type
