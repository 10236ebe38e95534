// The daemon's two sockets: made by us, or by the service manager and handed over.
//
// One process serves an address: it holds a lock beside the socket for as long as it lives, and the kernel lets go of
// it when it is killed. A socket that nobody listens on is then replaced; nothing else ever is. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/sys/fd.h"
#include "core/sys/lock.h"
#include "runtime/daemon/config.h"

namespace ctrbox::runtime::daemon {

/// "unix:///a/b" is "/a/b". Throws invalid_argument for what is no absolute path.
std::string socket_path(const std::string& address);

class Sockets {
 public:
  /// `inherited` are those of the service manager; of a path that is not among them the socket is made. Throws
  /// already_exists if another process serves one of the addresses, or it is no socket; invalid_argument if something
  /// was inherited that is neither.
  Sockets(const std::string& address, const std::string& ttrpc_address, const Config& config,
          std::vector<core::Fd> inherited);
  /// Removes the names of the sockets that we made.
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  /// Each may be taken once.
  core::Fd take_grpc() { return std::move(grpc_); }
  core::Fd take_ttrpc() { return std::move(ttrpc_); }
  /// No new connections; call before the last are closed.
  void remove_names() noexcept;

 private:
  core::Fd listen(const std::string& path, const Config& config);

  std::vector<core::FileLock> locks_;
  std::vector<std::string> made_;
  core::Fd grpc_;
  core::Fd ttrpc_;
};

}  // namespace ctrbox::runtime::daemon
