// The image a user means: by the name it has, or by a short reference ("redis") whose full form is its name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/images/images.h"
#include "state/database.h"

namespace ctrbox::commands {

/// Throws not_found about the name as typed.
core::images::Image find_image(state::Database& database, const std::string& ns, const std::string& typed);

}  // namespace ctrbox::commands
