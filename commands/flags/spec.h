// The flags that describe what a container may and shall be, as every command that makes one declares them, and the
// runtime's options that they mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/flags/limits.h"
#include "runtime/spec/options.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

/// As typed. What is not given is empty, and then nothing is asked for.
struct SpecFlags {
  // The process.
  std::vector<std::string> env, env_files;
  std::string cwd, user;
  bool terminal = false;
  std::vector<std::string> ulimits;
  std::string open_files, oom_score_adj;
  // Its files.
  std::vector<std::string> mounts, tmpfs, devices;
  bool read_only = false;
  std::string rootfs_propagation;
  // Its rights.
  bool privileged = false, allow_new_privileges = false;
  std::vector<std::string> cap_add, cap_drop;
  std::string seccomp, apparmor_profile;
  // What it shares.
  bool net_host = false;
  std::string hostname;
  std::vector<std::string> namespaces, uid_map, gid_map;
  // What it may use.
  std::string cgroup, cgroup_parent;
  LimitFlags limits;
  std::vector<std::string> annotations;

  bool operator==(const SpecFlags&) const = default;
};

void add_spec_flags(CLI::App& app, SpecFlags& flags);

/// Reads what the flags name (files, devices). Throws an error that names the flag and the value.
runtime::SpecOptions to_spec_options(const SpecFlags& flags, const std::string& ns, const std::string& id);

}  // namespace ctrbox::commands
