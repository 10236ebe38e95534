// The containerd personality at work: a window on the state for those who speak containerd's protocol. It owns nothing:
// all that it serves is read from the state and written there, so that it may be killed at any moment.
// Thread: the one that calls; a second one writes (publisher.h).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/config/paths.h"
#include "core/sys/signals.h"
#include "runtime/daemon/about_service.h"
#include "runtime/daemon/config.h"

namespace ctrbox::runtime::daemon {

struct Options {
  core::Paths paths;
  std::string address;  // socket paths, absolute
  std::string ttrpc_address;
  Config config;
  std::chrono::milliseconds idle_timeout{0};  // where the configuration says nothing
  Build build;
  /// The configuration anew, for SIGHUP. What it throws is logged, and everything stays as it was.
  std::function<Config()> reload;
  /// Called once the sockets are served.
  std::function<void()> on_ready;
};

/// Serves until SIGTERM or SIGINT, or until it has been idle for long enough. Throws core::Error if it cannot begin.
void serve(const Options& options);

}  // namespace ctrbox::runtime::daemon
