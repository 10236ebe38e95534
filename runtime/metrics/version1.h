// Figures of control groups of version 1: read from the kernel's files into containerd's message, and out of the
// message, whoever filled it, into our values. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cgroups1.pb.h"
#include "core/sys/process_cgroups.h"
#include "runtime/metrics/metrics.h"

namespace ctrbox::runtime::version1 {

/// What the kernel does not have stays 0, or away.
ctrbox::wire::cgroups1::Metrics read(const core::ProcessCgroups& groups);

Metrics to_metrics(const ctrbox::wire::cgroups1::Metrics& message);

}  // namespace ctrbox::runtime::version1
