// Which manifests of an index are wanted. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/oci/manifest.h"
#include "core/oci/platform.h"

namespace ctrbox::core {

/// Index of the manifest that serves `wanted` best; one without a platform is taken only if no other is there.
std::optional<std::size_t> select_manifest(const Index& index, const Platform& wanted);

/// True for manifests that are no image but say something about one (platform unknown/unknown).
bool is_attestation(const Descriptor& manifest);

/// "linux/amd64, linux/arm64/v8": what there is to choose from, for messages.
std::string platforms_of(const Index& index);

}  // namespace ctrbox::core
