#include "core/sys/fifo.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

void require_fifo(const Fd& fd, const std::string& path) {
  if (!S_ISFIFO(status_of(fd.get()).st_mode)) throw invalid_argument(path + " is not a fifo");
}

Fd reopen(int fd, int flags) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return open_at(AT_FDCWD, path, flags | O_NONBLOCK);
}

}  // namespace

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("making a pipe", errno);
  return {Fd(ends[0]), Fd(ends[1])};
}

void set_nonblocking(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) throw system_error("changing a descriptor", errno);
}

bool wait_for_input(int fd, int timeout_ms) {
  pollfd event{fd, POLLIN, 0};
  return poll(&event, 1, timeout_ms) == 1;
}

void make_fifo(const std::string& path, mode_t mode) {
  if (mkfifo(path.c_str(), mode) != 0) throw system_error("making fifo " + path, errno);
}

Fd open_fifo_to_read(const std::string& path) {
  Fd fd = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  require_fifo(fd, path);
  return fd;
}

std::optional<Fd> open_fifo_to_write(const std::string& path) {
  Fd fd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd && errno == ENXIO) return std::nullopt;
  if (!fd) throw system_error("opening " + path, errno);
  require_fifo(fd, path);
  return fd;
}

Fd reopen_fifo_to_read(int fd) { return reopen(fd, O_RDONLY); }
Fd reopen_fifo_to_write(int fd) { return reopen(fd, O_WRONLY); }

std::size_t readable_bytes(int fd) {
  int count = 0;
  return ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::optional<std::size_t> try_read(int fd, std::span<std::byte> buffer) {
  ssize_t count = 0;
  do {
    count = read(fd, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN) return std::nullopt;
  if (errno == EIO) return 0;  // a terminal without a process on it
  throw system_error("reading a stream", errno);
}

std::optional<std::size_t> try_write(int fd, std::span<const std::byte> data) {
  ssize_t count = 0;
  do {
    count = write(fd, data.data(), data.size());
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN) return std::nullopt;
  if (errno == EPIPE || errno == EIO) throw canceled("nobody reads the stream");
  throw system_error("writing a stream", errno);
}

}  // namespace ctrbox::core
