#include "core/sys/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace ctrbox::core {
namespace {

constexpr int kFirstInherited = 3;
constexpr int kMaxInherited = 16;

std::optional<int> number_in(const char* variable) {
  const char* text = getenv(variable);
  if (text == nullptr) return std::nullopt;
  int value = 0;
  const char* end = text + std::strlen(text);
  const auto [stopped, fault] = std::from_chars(text, end, value);
  if (fault != std::errc{} || stopped != end) return std::nullopt;
  return value;
}

}  // namespace

std::vector<Fd> take_inherited_sockets() {
  const std::optional<int> owner = number_in("LISTEN_PID");
  const std::optional<int> count = number_in("LISTEN_FDS");
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) unsetenv(variable);
  std::vector<Fd> sockets;
  if (!owner || !count || *owner != getpid() || *count > kMaxInherited) return sockets;
  for (int fd = kFirstInherited; fd < kFirstInherited + *count; ++fd) {
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockets.emplace_back(fd);
  }
  return sockets;
}

void notify_service_manager(std::string_view state) noexcept {
  const char* path = getenv("NOTIFY_SOCKET");
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::size_t length = path == nullptr ? 0 : std::strlen(path);
  if (length == 0 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  sendto(fd.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace ctrbox::core
