// The flags for a container's limits, as every command that has them declares them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "runtime/spec/resources.h"

namespace CLI {
class App;
}

namespace ctrbox::commands {

/// As typed; "" is not given.
struct LimitFlags {
  std::string memory, memory_swap, memory_reservation;
  std::string cpus, cpu_shares, cpu_quota, cpu_period, cpuset_cpus, cpuset_mems, pids;

  bool operator==(const LimitFlags&) const = default;
};

/// --memory (--memory-limit), --memory-swap, --memory-reservation, --cpus, --cpu-shares, --cpu-quota, --cpu-period,
/// --cpuset-cpus, --cpuset-mems, --pids-limit.
void add_limits(CLI::App& app, LimitFlags& target);

/// Throws invalid_argument, naming flag and value.
runtime::Resources chosen_limits(const LimitFlags& typed);

}  // namespace ctrbox::commands
