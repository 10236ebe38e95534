// All mounts of a container, in mounting order: the defaults, adapted to what else is asked, then the command line's.
// Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "runtime/spec/host.h"
#include "runtime/spec/options.h"

namespace ctrbox::runtime {

/// `mounts` of the spec.
nlohmann::ordered_json mounts_json(const SpecOptions& options, const HostFacts& host);

}  // namespace ctrbox::runtime
