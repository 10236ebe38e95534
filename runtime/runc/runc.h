// How runc (or a runtime that is called like it) is invoked, and what it says when it fails. Values only: the caller
// spawns, waits, and asks failure() about what went wrong. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/sys/spawn.h"

namespace ctrbox::runtime::runc {

inline constexpr std::string_view kProgram = "runc";

/// What a foreign client may want of it.
struct Flags {
  bool systemd_cgroup = false;
  bool no_pivot_root = false;
  bool no_new_keyring = false;
};

struct CheckpointFlags {
  bool leave_running = true;  // false: its processes are killed, and runc forgets the container
  bool tcp_established = false;
  bool external_unix_sockets = false;
  bool shell_job = false;
  bool file_locks = false;
  std::vector<std::string> empty_namespaces;
  std::string cgroups_mode;  // "" is runc's own choice
};

class Runc {
 public:
  /// Throws failed_precondition, naming the package to install, if there is no `program` in PATH.
  /// `root` is runc's own state, `log` the file for its JSON log. Requires: run() and create() are spawned in the
  /// bundle.
  Runc(std::string_view program, std::string root, std::string log, Flags flags = {});

  /// The same with another log, for a command that may run beside others.
  Runc with_log(std::string log) const;

  /// Create and start in one: returns when the container's process runs. `console_socket` may be "".
  core::SpawnOptions run(const std::string& id, const std::string& pid_file, const std::string& console_socket) const;
  core::SpawnOptions create(const std::string& id, const std::string& pid_file,
                            const std::string& console_socket) const;
  /// A process beside the container's first one: `process` is a file with the spec's `process`.
  core::SpawnOptions exec(const std::string& id, const std::string& process, const std::string& pid_file,
                          const std::string& console_socket) const;
  core::SpawnOptions start(const std::string& id) const;
  core::SpawnOptions remove(const std::string& id) const;  // delete --force
  core::SpawnOptions kill_all(const std::string& id, std::uint32_t signal) const;
  core::SpawnOptions pause(const std::string& id) const;
  core::SpawnOptions resume(const std::string& id) const;
  /// Reads LinuxResources as JSON: give it a descriptor 0.
  core::SpawnOptions update(const std::string& id) const;
  /// `image` is a directory that is there, `work` another, where criu writes dump.log. Throws failed_precondition
  /// without criu in PATH.
  core::SpawnOptions checkpoint(const std::string& id, const std::string& image, const std::string& work,
                                const CheckpointFlags& flags) const;
  /// As run(), but from what checkpoint() has written; restore.log comes into `work`.
  core::SpawnOptions restore(const std::string& id, const std::string& pid_file, const std::string& console_socket,
                             const std::string& image, const std::string& work) const;
  /// Prints the pids as a JSON array: give it a descriptor 1.
  core::SpawnOptions processes(const std::string& id) const;

  /// Why the last command failed: `OCI runtime <action> failed: <last error of the log>`.
  core::Error failure(std::string_view action, std::uint32_t exit_status) const;

 private:
  core::SpawnOptions invoke(std::vector<std::string> command) const;
  core::SpawnOptions launch(std::string_view verb, const std::string& id, const std::string& pid_file,
                            const std::string& console_socket) const;

  std::string program_;
  std::string root_;
  std::string log_;
  Flags flags_;
};

/// The message of the last line of level error or fatal in a JSON log; "" if there is none. Never throws on garbage.
std::string last_error(std::string_view log);

/// The pids in what `runc ps --format json` prints. Throws internal.
std::vector<std::uint32_t> parse_processes(const std::string& json);

}  // namespace ctrbox::runtime::runc
