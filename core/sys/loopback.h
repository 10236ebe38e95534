// The loopback interface of another process's network. Thread: any; the calling thread is in that network for a moment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace ctrbox::core {

/// Brings `lo` up in the network of `process`, with its usual addresses. Does nothing if it is up already, or if the
/// network is ours. Throws core::Error.
void raise_loopback(pid_t process);

}  // namespace ctrbox::core
