// Capabilities by name, and which ones a container's process has. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime {

/// "NET_ADMIN", "cap_net_admin" and "CAP_NET_ADMIN" are the last; "all" in any case is "ALL". Throws invalid_argument
/// for a name that Linux does not have.
std::string_view parse_capability(std::string_view text);

struct CapabilityChoice {
  std::vector<std::string> add;   // as parse_capability returns them
  std::vector<std::string> drop;  // wins over add, except that dropping ALL leaves what is added by name
};

/// `available` has bit n for the capability n: what ALL, and everything for a privileged container, stands for. The
/// default set first, then what was added in the kernel's order.
std::vector<std::string_view> chosen_capabilities(const CapabilityChoice& choice, bool privileged,
                                                  std::uint64_t available);

}  // namespace ctrbox::runtime
