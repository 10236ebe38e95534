// What a container is asked to be, from the command line: every option that ends in its runtime spec. A value; what the
// options mean is with the parts that put them there. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/spec/capabilities.h"
#include "runtime/spec/device.h"
#include "runtime/spec/mount.h"
#include "runtime/spec/namespace_choice.h"
#include "runtime/spec/resources.h"
#include "runtime/spec/rlimit.h"

namespace ctrbox::runtime {

enum class SeccompSource { standard, none, profile };

struct SecurityOptions {
  CapabilityChoice capabilities;
  /// Every capability and device, no filter unless a profile is named, nothing hidden, /sys and the cgroups writable.
  bool privileged = false;
  std::optional<SeccompSource> seccomp;  // unset: standard, or none when privileged
  std::string seccomp_profile;           // JSON, with SeccompSource::profile
  std::string apparmor_profile;          // "" is none
  bool allow_new_privileges = false;
};

struct SpecOptions {
  std::string ns;
  std::string id;
  std::vector<std::string> args;    // replaces entrypoint and cmd when not empty
  std::vector<std::string> env;     // "K=V" sets, "K" unsets
  std::vector<SpecMount> mounts;    // one at the place of a default mount replaces it
  std::string cwd;                  // "" is the image's
  std::optional<std::string> user;  // name, uid, name:group, uid:gid; otherwise the image's
  bool terminal = false;
  bool net_host = false;          // the host's network, its host name, and its resolv.conf and hosts, read-only
  bool read_only = false;         // the root
  std::string rootfs = "rootfs";  // path in the spec

  SecurityOptions security;
  std::vector<SpecDevice> devices;
  Resources resources;
  std::vector<Rlimit> rlimits;              // one of a type that has a default replaces it
  std::optional<int> oom_score_adj;         // of the process
  std::vector<JoinedNamespace> namespaces;  // instead of new ones
  std::vector<IdMapping> uid_map, gid_map;  // both or none; with them a user namespace
  std::string hostname;                     // "" is the id
  std::string rootfs_propagation;           // "" is the runtime's
  std::string cgroup;                       // "" is /<ns>/<id>
  std::map<std::string, std::string> annotations;
};

}  // namespace ctrbox::runtime
