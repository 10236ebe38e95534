// While somebody watches events, the socket for foreign clients and shims is there, so that their events are seen too.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/context.h"
#include "core/sys/fd.h"

namespace ctrbox::commands {

/// A connection to the daemon of these directories, which is started in the background if none runs. It stays while the
/// connection is held. Where it cannot be, that is told on stderr and the result is empty: events are read without it.
core::Fd keep_served(Context& context);

}  // namespace ctrbox::commands
