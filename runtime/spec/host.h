// What of the host a spec depends on, as a value, so that a spec is a pure function of its inputs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/spec/seccomp_profile.h"

namespace ctrbox::runtime {

struct HostFacts {
  std::string architecture;  // "amd64", "arm64"
  std::uint64_t hard_limit_of_open_files = 0;
  bool only_cgroup2 = false;  // then a container gets a cgroup namespace
  /// Bit n for the capability n, as far as this process may hand it on.
  std::uint64_t capabilities = 0;
  KernelVersion kernel;
  bool has_apparmor = false;
  std::vector<std::string> name_service_files;  // those of /etc/resolv.conf and /etc/hosts that exist
};

HostFacts read_host_facts();

}  // namespace ctrbox::runtime
