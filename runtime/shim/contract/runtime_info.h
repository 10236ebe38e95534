// What `-info` answers: a containerd.types.RuntimeInfo.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::runtime::shim::contract {

/// The encoded message.
std::string runtime_info(std::string_view version, std::string_view revision);

}  // namespace ctrbox::runtime::shim::contract
