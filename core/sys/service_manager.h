// What a service says to systemd and gets from it: sd_listen_fds(3) and sd_notify(3), by their documented protocols.
// Nothing happens when nobody asked for it. Thread: the main one, before others start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// The sockets that were made for this process (LISTEN_FDS, LISTEN_PID). The variables are unset: children get none of
/// them.
std::vector<Fd> take_inherited_sockets();

/// "READY=1", "STOPPING=1", "STATUS=…", to NOTIFY_SOCKET. Failures are nobody's concern.
void notify_service_manager(std::string_view state) noexcept;

}  // namespace ctrbox::core
