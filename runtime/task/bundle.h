// A task's directory, `<state>/tasks/<ns>/<id>`: OCI bundle, socket and lock in one.
//
// The lock is flock on the directory itself. The creator takes it, the shim inherits it and holds it for life: a
// directory that can be locked belongs to nobody who lives. Ensures after crash: the kernel has released the lock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/config/paths.h"
#include "core/sys/lock.h"

namespace ctrbox::runtime {

// Names inside the directory.
inline constexpr const char* kBundleConfig = "config.json";
inline constexpr const char* kBundleRootfs = "rootfs";
inline constexpr const char* kBundleSocket = "shim.sock";
inline constexpr const char* kBundlePidFile = "init.pid";
inline constexpr const char* kBundleLog = "log.json";
inline constexpr const char* kBundleCriuWork = "criu";          // criu's logs while it works
inline constexpr const char* kBundleCriuLog = "criu-dump.log";  // of the last checkpoint that failed
inline constexpr const char* kBundleConsole = "console.sock";

/// Makes the directory, 0700, and locks it. While another process has it (a shim that cleans up after its task) it
/// waits; `taken` is asked meanwhile, and when it says that the task exists already_exists is thrown. Throws
/// unavailable after 30 seconds.
core::FileLock lock_new_bundle(const core::Paths& paths, const std::string& ns, const std::string& id,
                               const std::function<bool()>& taken);

/// Locks a directory that is there; std::nullopt if it is not, or somebody living has it.
std::optional<core::FileLock> try_lock_bundle(const std::string& bundle);

/// Whether somebody living has it locked.
bool is_bundle_locked(const std::string& bundle);

/// Unmounts what is mounted in it and removes it. Requires: the lock is held. Absent is fine.
void remove_bundle(const std::string& bundle);

}  // namespace ctrbox::runtime
