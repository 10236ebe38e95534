// Unix stream sockets with path names beneath a directory descriptor, so that the path's length does not matter, and
// the passing of descriptors over them. Thread: any. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::core {

/// A listening socket, non-blocking, mode 0600. `name` is one component beneath `directory`. Throws already_exists.
Fd listen_unix(int directory, const std::string& name);
/// The path that a listening socket has its name from; "" if it has none (an abstract name).
std::string path_of(int listener);
/// A connected, blocking socket. Throws not_found (no socket), unavailable (nobody listens).
Fd connect_unix(int directory, const std::string& name);
/// The same for an absolute path, however long. Throws not_found for a missing directory too.
Fd connect_unix(const std::string& path);
/// A connected, non-blocking socket; std::nullopt if nobody listens there, or too many wait already. Never waits.
std::optional<Fd> try_connect_unix(const std::string& path);
/// The next connection, non-blocking; std::nullopt when none waits.
std::optional<Fd> accept_unix(int listener);

struct SocketPair {
  Fd first;
  Fd second;
};
/// Two connected, blocking sockets.
SocketPair make_socket_pair();

struct Credentials {
  pid_t pid;
  uid_t uid;
  gid_t gid;
};
/// Who is at the other end, as the kernel saw it when the connection was made.
Credentials peer_of(int socket);

/// The descriptor in the next message, received without waiting longer than the message takes. Throws invalid_argument
/// if it carries none or several.
Fd receive_descriptor(int socket);
void send_descriptor(int socket, int fd);

}  // namespace ctrbox::core
