// The process part of a spec: who runs what, where, with which environment and rights. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

#include "core/oci/image_config.h"
#include "runtime/spec/host.h"
#include "runtime/spec/options.h"
#include "runtime/spec/user.h"

namespace ctrbox::runtime {

/// `process` of the spec, with exactly `capabilities`. Throws invalid_argument; failed_precondition for a profile of
/// AppArmor on a kernel without.
nlohmann::ordered_json process_json(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                                    const RootFileReader& read_file, std::span<const std::string_view> capabilities);

}  // namespace ctrbox::runtime
