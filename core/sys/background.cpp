#include "core/sys/background.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/spawn.h"

namespace ctrbox::core {
namespace {

constexpr std::string_view kReady = "1";

void replace(int target, int source) {
  if (dup2(source, target) < 0) throw system_error("redirecting a standard stream", errno);
}

/// What is left for the old process to do.
[[noreturn]] void wait_and_exit(Fd word, pid_t successor) {
  char byte = 0;
  const std::size_t count = read_some(word.get(), std::as_writable_bytes(std::span(&byte, 1)));
  // WHY _exit: what this process has buffered and registered is the successor's now.
  _exit(count == 1 ? 0 : static_cast<int>(wait_for(successor).status));
}

}  // namespace

Background Background::enter() {
  Pipe pipe = make_pipe();
  // SAFETY: there is one thread, so that the child may do whatever its parent could.
  const pid_t child = fork();
  if (child < 0) throw system_error("going into the background", errno);
  if (child != 0) {
    pipe.write_end.reset();
    wait_and_exit(std::move(pipe.read_end), child);
  }
  setsid();
  // Nothing of whoever started it is held or spoken to: neither its directory nor its service manager.
  if (chdir("/") != 0) throw system_error("changing to /", errno);
  unsetenv("NOTIFY_SOCKET");
  const Fd nothing = open_at(AT_FDCWD, "/dev/null", O_RDWR);
  replace(STDIN_FILENO, nothing.get());
  replace(STDOUT_FILENO, nothing.get());
  return Background(std::move(pipe.write_end));
}

void Background::ready(const std::string& log) {
  const Fd file = open_at(AT_FDCWD, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
  replace(STDERR_FILENO, file.get());
  write_all(waiting_.get(), kReady);
  waiting_.reset();
}

}  // namespace ctrbox::core
