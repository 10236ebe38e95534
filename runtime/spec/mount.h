// Mounts of a spec, and the --mount and --tmpfs options that ask for one: "type=bind,src=/a,dst=/b,options=rbind:ro".
// Pure values; nothing is looked up or mounted. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime {

struct SpecMount {
  std::string type;
  std::string source;
  std::string destination;
  std::vector<std::string> options;
  bool operator==(const SpecMount&) const = default;
};

/// Comma-separated fields, quoted as in CSV where they hold a comma. Keys: type (bind when left out), source or src,
/// destination, dst, dest or target, options (colon separated), and the bare words ro and rw. A bind mount without bind
/// or rbind gets rbind. Throws invalid_argument.
SpecMount parse_mount(std::string_view text);

/// "PATH" or "PATH:OPTIONS", options comma-separated: tmpfs's own (size=64m, mode=1777, …) and the words of mount(8).
/// noexec, nosuid and nodev unless their opposites are given. Throws invalid_argument, also for an option that tmpfs
/// does not have.
SpecMount parse_tmpfs(std::string_view text);

/// Checks that it is one of [r]shared, [r]slave, [r]private, [r]unbindable. Throws invalid_argument.
std::string parse_propagation(std::string_view text);

}  // namespace ctrbox::runtime
