// The action `start`: makes the socket and the process that serves it, and says where it is.
//
// Called in the bundle. One process a task, also where several tasks form a group (a pod): a later `start` of a group
// makes a process of its own. After a crash: a socket without a server is replaced by the next start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/paths.h"
#include "runtime/shim/contract/invocation.h"

namespace ctrbox::runtime::shim::contract {

/// Where the shim of a task listens, short enough for a socket's name. Throws invalid_argument if it is not.
std::string socket_of(const core::Paths& paths, const Invocation& invocation);

/// Returns the answer: the bare address, or JSON if `versioned` (2.x: MAX_SHIM_VERSION is set). Throws already_exists
/// if a shim of this task lives.
std::string start(const core::Paths& paths, const Invocation& invocation, bool versioned);

}  // namespace ctrbox::runtime::shim::contract
