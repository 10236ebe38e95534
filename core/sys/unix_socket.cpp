#include "core/sys/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr int kBacklog = 128;

/// "/proc/self/fd/7/name": sun_path holds 108 bytes and paths of tasks may be longer.
sockaddr_un address_of(int directory, const std::string& name) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = directory == AT_FDCWD ? name : "/proc/self/fd/" + std::to_string(directory) + "/" + name;
  if (path.size() >= sizeof address.sun_path) throw invalid_argument("socket name " + quoted(name) + " is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Fd new_socket(int flags) {
  Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0));
  if (!fd) throw system_error("creating a socket", errno);
  return fd;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace

Fd listen_unix(int directory, const std::string& name) {
  const sockaddr_un address = address_of(directory, name);
  Fd fd = new_socket(SOCK_NONBLOCK);
  // On Linux the mode of the socket's inode bounds that of the name: no moment with a wider mode.
  if (fchmod(fd.get(), 0600) != 0) throw system_error("protecting socket " + quoted(name), errno);
  if (bind(fd.get(), generic(address), sizeof address) != 0) {
    if (errno == EADDRINUSE) throw already_exists("socket " + quoted(name) + " exists already");
    throw system_error("binding socket " + quoted(name), errno);
  }
  if (listen(fd.get(), kBacklog) != 0) throw system_error("listening on socket " + quoted(name), errno);
  return fd;
}

std::string path_of(int listener) {
  sockaddr_un address = {};
  socklen_t size = sizeof address;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw system_error("asking for a socket's name", errno);
  if (address.sun_family != AF_UNIX) throw invalid_argument("not a unix socket");
  const std::size_t length = size - offsetof(sockaddr_un, sun_path);
  return {address.sun_path, strnlen(address.sun_path, std::min(length, sizeof address.sun_path))};
}

Fd connect_unix(int directory, const std::string& name) {
  const sockaddr_un address = address_of(directory, name);
  Fd fd = new_socket(0);
  int result = 0;
  do {
    result = connect(fd.get(), generic(address), sizeof address);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return fd;
  if (errno == ECONNREFUSED) throw unavailable("nobody listens on socket " + quoted(name));
  throw system_error("connecting to socket " + quoted(name), errno);
}

Fd connect_unix(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const Fd directory = open_at(AT_FDCWD, path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY);
  return connect_unix(directory.get(), path.substr(slash + 1));
}

std::optional<Fd> try_connect_unix(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const auto directory = find_at(AT_FDCWD, path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY);
  if (!directory) return std::nullopt;
  const sockaddr_un address = address_of(directory->get(), path.substr(slash + 1));
  Fd fd = new_socket(SOCK_NONBLOCK);
  if (connect(fd.get(), generic(address), sizeof address) == 0) return fd;
  if (errno == ECONNREFUSED || errno == ENOENT || errno == EAGAIN || errno == EINTR) return std::nullopt;
  throw system_error("connecting to socket " + quoted(path), errno);
}

std::optional<Fd> accept_unix(int listener) {
  Fd fd(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (fd) return fd;
  if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED) return std::nullopt;
  throw system_error("accepting a connection", errno);
}

SocketPair make_socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw system_error("making a socket pair", errno);
  return {Fd(ends[0]), Fd(ends[1])};
}

Credentials peer_of(int socket) {
  ucred peer = {};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    throw system_error("asking who is at the other end of a socket", errno);
  return {peer.pid, peer.uid, peer.gid};
}

Fd receive_descriptor(int socket) {
  char text[4096];  // the sender may name what it sends
  iovec part{text, sizeof text};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size = 0;
  do {
    size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) throw system_error("receiving a descriptor", errno);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
    throw invalid_argument("a message without a descriptor");
  int received = -1;
  std::memcpy(&received, CMSG_DATA(header), sizeof received);
  Fd fd(received);
  // The kernel closes what did not fit into the control buffer.
  if ((message.msg_flags & MSG_CTRUNC) != 0) throw invalid_argument("a message with several descriptors");
  return fd;
}

void send_descriptor(int socket, int fd) {
  char nothing = 0;
  iovec part{&nothing, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message = {};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) throw system_error("sending a descriptor", errno);
}

}  // namespace ctrbox::core
