// Content by digest. Small documents come whole and verified; blobs come as a stream that goes on where it broke off.
// Foreign `urls` of descriptors are never followed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "core/oci/descriptor.h"
#include "registry/remote/repository.h"

namespace ctrbox::registry::remote {

/// What we ask manifests for: the types we can read first.
extern const char* const kAcceptManifests;

/// GET manifests/<digest>, size and digest checked. A size of 0 in the descriptor means unknown.
/// Throws data_loss, resource_exhausted beyond 4 MiB, and as the registry answers.
std::string fetch_manifest(Repository& repository, const core::Descriptor& descriptor);

/// GET blobs/<digest> of at most `max_bytes`, size and digest checked.
std::string fetch_small_blob(Repository& repository, const core::Descriptor& descriptor, std::size_t max_bytes);

/// GET blobs/<digest>, given to `deliver` in order, each byte once, never more than descriptor.size bytes. A connection
/// that breaks is taken up again with a Range request. The digest is the caller's to check: it sees the bytes anyway.
/// Throws data_loss for a body that is longer or shorter than the descriptor says. `deliver` may block and may throw.
void fetch_blob(Repository& repository, const core::Descriptor& descriptor,
                const std::function<void(std::span<const std::byte>)>& deliver, const std::function<bool()>& cancelled);

}  // namespace ctrbox::registry::remote
