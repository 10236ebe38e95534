// What of an image a container is made from: its configuration for this host and the snapshot of its top layer.
// Reads state and content; changes nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "core/oci/descriptor.h"
#include "core/oci/image_config.h"
#include "state/database.h"

namespace ctrbox::runtime {

struct ImageRoot {
  std::string name;  // as stored: "docker.io/library/redis:latest"
  core::ImageConfig config;
  std::string parent;  // chain id of all layers; "" for an image without any
};

/// `image` is a name as stored or as typed ("redis"). Of an index, the manifest that serves this host best is taken.
/// Throws not_found (no such image, here or unpacked; nothing for this platform) with what to do about it.
ImageRoot find_image_root(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& image, const std::string& snapshotter);

/// As above, of the image that `target` is; `name` is for messages and the result.
ImageRoot find_image_root(state::Database& database, const core::Paths& paths, const std::string& ns,
                          const std::string& name, const core::Descriptor& target, const std::string& snapshotter);

}  // namespace ctrbox::runtime
