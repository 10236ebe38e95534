// The end of a container whatever its runtime does: what runc leaves behind, or cannot remove, is ended and removed
// here.
//
// Everything is bounded in time. Requires: the bundle's lock is held. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "core/sys/spawn.h"
#include "runtime/task/record.h"

namespace ctrbox::runtime {

/// A `runc delete` that takes longer is killed, and done without.
inline constexpr std::chrono::seconds kRuntimePatience{10};

/// Runs a command of the runtime; one that takes longer than kRuntimePatience is killed. Returns its exit status.
std::uint32_t run_with_patience(const core::SpawnOptions& command);

/// After `runc delete`, whatever became of it: kills what is still in the container's control group, removes the group
/// and runc's own state of it. Cheap when nothing is left. Returns false if something could not be ended.
bool remove_runtime_leftovers(const TaskName& name);

/// `runc delete --force` and then remove_runtime_leftovers(), for those without an event loop. Never throws: what fails
/// is logged. `bundle` is where runc's log goes.
void end_container(const TaskName& name, const std::string& bundle) noexcept;

/// Thaws a container that must see a signal which kills.
void thaw_container(const TaskName& name);

}  // namespace ctrbox::runtime
