// The OCI runtime spec of a container: image config, command-line options, and a safe default.
//
// Pure: the host comes in as HostFacts and the image's files through a reader, so equal inputs give equal bytes.
// Labels and annotations of an image are shown, never obeyed: nothing of them gets in here. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/oci/image_config.h"
#include "runtime/spec/host.h"
#include "runtime/spec/options.h"
#include "runtime/spec/user.h"

namespace ctrbox::runtime {

/// Returns config.json. The host name is the id (as much of it as the kernel takes), the cgroup /<ns>/<id>, unless
/// others are asked for. Throws invalid_argument (no command, unknown user, options that contradict each other, …);
/// failed_precondition for what this host does not have.
std::string build_spec(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                       const RootFileReader& read_file);

/// The host name a container of that id has unless it is given another.
std::string host_name(const std::string& id);

}  // namespace ctrbox::runtime
