// The options of a container's runtime as they are stored and told: containerd.runc.v1.Options, of which we know
// binary_name (field 6). Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::core::containers {

inline constexpr const char* kRuntimeOptionsType = "containerd.runc.v1.Options";

/// The message's bytes; "" for no binary.
std::string encode_runtime_options(std::string_view binary);
/// What binary_name is in the message; "" when there is none, and for bytes that are no message.
std::string binary_in(std::string_view options);

}  // namespace ctrbox::core::containers
