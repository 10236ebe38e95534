// Running a shim's loop whatever its handlers do. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/event_loop.h"

namespace ctrbox::runtime::shim {

/// Until stop(). A handler that fails (no descriptors, no space) is logged and must not end the shim: its container
/// would go with it.
void run_steadily(core::EventLoop& loop);

}  // namespace ctrbox::runtime::shim
