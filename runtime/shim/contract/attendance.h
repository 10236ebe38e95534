// The process that a foreign daemon drives: `containerd-shim-ctrbox-v2 … serve`, started by `start` in the bundle with
//   descriptor 2  the daemon's fifo for the shim's log, if there is one,
//   descriptor 3  the listening socket.
//
// No state of ours is opened: what happens is told to the daemon at TTRPC_ADDRESS. A daemon that goes away and comes
// back finds it as it was; it ends at Shutdown, or when nobody is connected and nothing was created.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/paths.h"
#include "core/sys/spawn.h"
#include "runtime/shim/contract/invocation.h"

namespace ctrbox::runtime::shim::contract {

/// Returns when the shim has nothing left to do. Throws core::Error.
void serve(const core::Paths& paths, const Invocation& invocation);

/// How `start` makes it; `log` may be -1. The descriptors are lent for the call to spawn().
core::SpawnOptions serve_command(const Invocation& invocation, int listener, int log);

}  // namespace ctrbox::runtime::shim::contract
