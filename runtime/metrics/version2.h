// Figures of a control group of version 2: read from the kernel's files into containerd's message, and out of the
// message, whoever filled it, into our values. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cgroups2.pb.h"
#include "runtime/metrics/metrics.h"

namespace ctrbox::runtime::version2 {

/// `group` is a directory. What the kernel does not have stays 0, or away; a limit that it does not have is "max".
ctrbox::wire::cgroups2::Metrics read(const std::string& group);

Metrics to_metrics(const ctrbox::wire::cgroups2::Metrics& message);

}  // namespace ctrbox::runtime::version2
