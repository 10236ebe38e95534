#include "core/sys/loopback.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/sys/fd.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

void enter(const Fd& network) {
  if (setns(network.get(), CLONE_NEWNET) != 0) throw system_error("entering a network", errno);
}

/// A socket belongs to the network it was made in, wherever its owner is afterwards.
Fd socket_in(const Fd& network, const Fd& ours) {
  enter(network);
  Fd made(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int error = errno;
  enter(ours);
  if (!made) throw system_error("socket", error);
  return made;
}

}  // namespace

void raise_loopback(pid_t process) {
  const Fd theirs = open_at(AT_FDCWD, "/proc/" + std::to_string(process) + "/ns/net", O_RDONLY);
  const Fd ours = open_at(AT_FDCWD, "/proc/thread-self/ns/net", O_RDONLY);
  if (status_of(theirs.get()).st_ino == status_of(ours.get()).st_ino) return;
  const Fd in_it = socket_in(theirs, ours);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (ioctl(in_it.get(), SIOCGIFFLAGS, &request) != 0) throw system_error("reading the flags of lo", errno);
  if ((request.ifr_flags & IFF_UP) != 0) return;
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (ioctl(in_it.get(), SIOCSIFFLAGS, &request) != 0) throw system_error("bringing up lo", errno);
}

}  // namespace ctrbox::core
