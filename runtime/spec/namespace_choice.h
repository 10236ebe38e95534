// Namespaces of a container that are somebody else's, and its mapping of ids: the --with-ns, --uidmap and --gidmap
// options. Pure values; nothing is opened. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime {

struct JoinedNamespace {
  std::string type;  // the spec's word: "pid", "network", "ipc", "uts", "mount", "user", "cgroup", "time"
  std::string path;
  bool operator==(const JoinedNamespace&) const = default;
};

/// "TYPE:PATH"; net and mnt are network and mount. Throws invalid_argument.
JoinedNamespace parse_joined_namespace(std::string_view text);

struct IdMapping {
  std::uint32_t container = 0;
  std::uint32_t host = 0;
  std::uint32_t size = 0;
  bool operator==(const IdMapping&) const = default;
};

/// What the kernel takes in one map.
inline constexpr std::size_t kMaxIdMappings = 340;

/// "CONTAINER:HOST:LENGTH". Throws invalid_argument.
IdMapping parse_id_mapping(std::string_view text);
/// Whether the host's root is in it, whoever it is in the container.
bool maps_host_root(const std::vector<IdMapping>& map);
/// Throws invalid_argument if ranges overlap or there are too many.
void check_id_map(const std::vector<IdMapping>& map);

}  // namespace ctrbox::runtime
