// A moment in the future as a descriptor, for event loops. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// A descriptor that becomes readable once, `after` from now.
Fd make_timer(std::chrono::milliseconds after);

}  // namespace ctrbox::core
