// Labels typed as "key=value" arguments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/labels/labels.h"

namespace ctrbox::commands {

/// A bare key means value "true", "key=" an empty value, which removes. The last of several with one key counts.
/// Throws invalid_argument.
core::Labels parse_labels(const std::vector<std::string>& arguments);

/// "a=b,c=d", or "-" when there are none: how lists show them.
std::string labels_cell(const core::Labels& labels);

}  // namespace ctrbox::commands
