// Starting programs, and learning how they ended.
//
// A child begins with the descriptors it was given and no other, with no signal blocked or ignored. The child shares
// our memory until it has executed its program (as in posix_spawn), so the cost does not grow with this process.
// Ownership: who spawns reaps, with reap_any() or wait_for(). Thread: any; the parent-death signal is tied to the
// calling thread. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ctrbox::core {

struct SpawnOptions {
  struct Descriptor {
    int source;
    int target;
  };

  std::string program;                   // a path; PATH is not searched
  std::vector<std::string> arguments;    // with [0]
  std::vector<std::string> environment;  // "NAME=VALUE", before ours
  std::vector<Descriptor> descriptors;   // what the child has open; 0, 1 and 2 are /dev/null unless named
  int directory = -1;                    // descriptor of the working directory; -1 keeps ours
  bool new_session = false;
  int parent_death_signal = 0;
};

/// Returns the child's pid once it runs the program. Throws core::Error with the program when it cannot be executed.
pid_t spawn(const SpawnOptions& options);

struct ChildExit {
  pid_t pid = 0;
  std::uint32_t status = 0;  // exit status, or 128 + signal
};

/// A child that has ended, reaped; std::nullopt when none has. Never blocks.
std::optional<ChildExit> reap_any();
/// Waits for one child and reaps it.
ChildExit wait_for(pid_t child);

/// The first executable of that name in PATH (or `name` itself when it has a slash); std::nullopt when there is none.
std::optional<std::string> find_program(const std::string& name);

}  // namespace ctrbox::core
