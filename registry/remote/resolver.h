// From a reference to the descriptor of what it names, as the registry has it now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/oci/descriptor.h"
#include "core/oci/reference.h"
#include "registry/remote/repository.h"

namespace ctrbox::registry::remote {

struct Resolved {
  core::Descriptor target;              // size 0 when the registry did not say
  std::optional<std::string> manifest;  // the document, when resolving had to fetch it; its digest is right
};

/// HEAD manifests/<tag or digest>; GET where a registry answers no HEAD, or one without a digest.
/// Throws not_found, unauthenticated, data_loss (a digest other than the one asked for), invalid_argument (no such
/// digest).
Resolved resolve(Repository& repository, const core::Reference& reference);

}  // namespace ctrbox::registry::remote
