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

/// What of a container's record says how it runs.
struct Runtime {
  std::string program;        // "" is runc
  std::string control_group;  // "" if it has none of its own: one that is shared is nobody's to end
};
Runtime runtime_of(const core::containers::Container& container);

/// Runs a command of the runtime; one that takes longer than kRuntimePatience is killed. Returns its exit status.
std::uint32_t run_with_patience(const core::SpawnOptions& command);

/// After `runc delete`, whatever became of it: kills what is still in the container's control group, removes the group
/// and runc's own state of it. Cheap when nothing is left. Returns false if something could not be ended.
bool remove_runtime_leftovers(const TaskName& name, const std::string& control_group);

/// `runc delete --force` and then remove_runtime_leftovers(), for those without an event loop. Never throws: what fails
/// is logged. `bundle` is where runc's log goes.
void end_container(const TaskName& name, const Runtime& runtime, const std::string& bundle) noexcept;

}  // namespace ctrbox::runtime
