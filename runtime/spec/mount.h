// Mounts of a spec, and the --mount option that asks for one: "type=bind,src=/a,dst=/b,options=rbind:ro".
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

}  // namespace ctrbox::runtime
