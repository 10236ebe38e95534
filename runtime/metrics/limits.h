// The limits that a container has now, as the kernel says: what is laid back when only some of the new ones could be
// set. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/sys/process_cgroups.h"
#include "runtime/spec/resources.h"

namespace ctrbox::runtime {

/// What the kernel does not say stays unset; so do shares in version 2, whose weight does not tell them.
Resources read_limits(const core::ProcessCgroups& groups);

/// LinuxResources with the parts of `limits` that `resources` would change.
nlohmann::ordered_json limits_beneath(const nlohmann::ordered_json& resources, const Resources& limits);

}  // namespace ctrbox::runtime
