// Metrics as a shim answers Stats with them: an Any of containerd's message of either version. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/process_cgroups.h"
#include "runtime/metrics/metrics.h"
#include "ttrpc.pb.h"

namespace ctrbox::runtime {

/// Reads what the kernel says now. Throws failed_precondition if the process is in no group, which is where one that
/// has ended is.
ctrbox::wire::Any read_stats(const core::ProcessCgroups& groups);

/// Throws not_implemented for a message that is neither, invalid_argument if it is not what it says.
Metrics decode_stats(const ctrbox::wire::Any& stats);

}  // namespace ctrbox::runtime
