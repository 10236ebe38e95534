// The SQL of every migration. Tables are declared here, all of them; each object's queries live with it in core.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace ctrbox::state {

/// Element k brings version k to version k + 1.
std::span<const char* const> migration_scripts() noexcept;

}  // namespace ctrbox::state
