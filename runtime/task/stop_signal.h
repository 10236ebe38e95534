// The signal by which a container's image wants to be stopped, kept as the record's label.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/containers/containers.h"

namespace ctrbox::runtime {

/// std::nullopt if it names none, or none that is known here: an image is content.
std::optional<int> stop_signal_of(const core::containers::Container& container);

}  // namespace ctrbox::runtime
