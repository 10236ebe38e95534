// The default system-call filter: an allow list; what is not in it fails with EPERM. What a capability gives a right to
// is allowed with that capability only. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

/// `linux.seccomp` of a spec, resolved for a process with exactly `capabilities` ("CAP_CHOWN") on an architecture named
/// as in images ("amd64"); for one that we have no table for, the native one alone is filtered.
nlohmann::ordered_json default_seccomp(std::span<const std::string_view> capabilities, std::string_view architecture);

}  // namespace ctrbox::runtime
