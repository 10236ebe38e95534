// The action `delete`: what a daemon runs after every task, and when a shim is dead. Whatever is left of the task is
// ended and removed; what is gone already is no fault. Thread: the only one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/paths.h"
#include "runtime/shim/contract/invocation.h"
#include "task_service.pb.h"

namespace ctrbox::runtime::shim::contract {

/// Bounded in time. Returns how the task has ended: as its shim has kept it, or killed, now. Throws core::Error if
/// there is no bundle.
ctrbox::wire::DeleteResponse clean_up(const core::Paths& paths, const Invocation& invocation);

}  // namespace ctrbox::runtime::shim::contract
