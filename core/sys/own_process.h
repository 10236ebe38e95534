// What a long-lived process of ours changes about itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ctrbox::core {

/// Orphans among our descendants become our children, to be reaped by us.
void become_subreaper();
/// A mount namespace of our own: mounts of the host still arrive, ours stay inside and end with the last process in it.
void enter_own_mount_namespace();
/// The name that ps and top show.
void set_process_name(const std::string& name);
/// Gives freed heap back to the kernel: for a process that will now be idle for long.
void return_free_memory() noexcept;
/// Yields the processor to whatever else wants it: for work that nobody waits for.
void lower_priority() noexcept;

}  // namespace ctrbox::core
