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
/// For SpawnOptions::environment: the program keeps no store of freed pieces, which return_free_memory() would leave.
/// It takes this out of its environment again with forget_small_heap(), so that its own children do without.
inline constexpr const char* kSmallHeap = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0";
void forget_small_heap() noexcept;
/// Yields the processor to whatever else wants it: for work that nobody waits for.
void lower_priority() noexcept;

}  // namespace ctrbox::core
