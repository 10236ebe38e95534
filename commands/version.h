// What this build is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ctrbox::commands {

/// "0.1.0"
std::string_view version() noexcept;
/// The commit it was built from; "unknown" outside a checkout.
std::string_view revision() noexcept;

}  // namespace ctrbox::commands
