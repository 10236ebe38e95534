#include "runtime/shim/contract/bootstrap.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/log.h"
#include "core/oci/digest.h"
#include "core/sys/file.h"
#include "core/sys/spawn.h"
#include "core/sys/unix_socket.h"
#include "runtime/shim/contract/attendance.h"

namespace ctrbox::runtime::shim::contract {
namespace {

constexpr const char* kAddressFile = "address";
constexpr const char* kLogFifo = "log";  // made and read by the daemon
constexpr mode_t kPrivate = 0700;
constexpr std::size_t kMaxSocketPath = 107;  // what others, who have no descriptor of the directory, can connect to
constexpr std::size_t kNameDigits = 32;
constexpr int kMaxOomScore = 1000;
constexpr std::size_t kMaxScoreBytes = 16;

std::string directory_of(const core::Paths& paths) { return paths.state + "/s"; }

core::Fd open_socket_directory(const core::Paths& paths) {
  core::make_directories(paths.state, kPrivate);
  core::make_directory(AT_FDCWD, directory_of(paths), kPrivate);
  core::Fd directory = core::open_at(AT_FDCWD, directory_of(paths), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const struct stat status = core::status_of(directory.get());
  if (status.st_uid != geteuid()) throw core::permission_denied(directory_of(paths) + " belongs to another user");
  if ((status.st_mode & 0777) != kPrivate) core::change_mode(directory.get(), kPrivate, directory_of(paths));
  return directory;
}

core::Fd listen(const core::Paths& paths, const std::string& path) {
  const core::Fd directory = open_socket_directory(paths);
  const std::string name = path.substr(path.find_last_of('/') + 1);
  if (core::try_connect_unix(path)) throw core::already_exists("the task has a shim already, at " + path);
  core::remove_file(directory.get(), name);
  return core::listen_unix(directory.get(), name);
}

/// What the shim says goes where the daemon reads it. Opened for both, so that it neither waits nor breaks without a
/// reader.
core::Fd open_log() {
  const auto status = core::find_status(AT_FDCWD, kLogFifo);
  if (!status || !S_ISFIFO(status->st_mode)) return {};
  return core::open_at(AT_FDCWD, kLogFifo, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
}

/// When memory is short the kernel is to take a shim rather than the daemon that has many of them.
void set_oom_score(pid_t shim) noexcept {
  const auto file = [](pid_t pid) { return "/proc/" + std::to_string(pid) + "/oom_score_adj"; };
  try {
    const int daemon = std::stoi(core::read_file(AT_FDCWD, file(getppid()), kMaxScoreBytes));
    const core::Fd score = core::open_at(AT_FDCWD, file(shim), O_WRONLY);
    core::write_all(score.get(), std::to_string(std::min(daemon + 1, kMaxOomScore)));
  } catch (...) {
    core::log::debug("oom score: " + std::string(core::current_error().what()));
  }
}

std::string answer(const std::string& address, bool versioned) {
  if (!versioned) return address;
  // Version 3 differs in the service's name alone.
  return nlohmann::ordered_json{{"version", 2}, {"address", address}, {"protocol", "ttrpc"}}.dump();
}

}  // namespace

std::string socket_of(const core::Paths& paths, const Invocation& invocation) {
  const std::string name = invocation.address + "/" + invocation.ns + "/" + invocation.id;
  const core::Digest digest = core::Digest::of(name);
  std::string path = directory_of(paths) + "/" + std::string(digest.hex().substr(0, kNameDigits));
  if (path.size() > kMaxSocketPath)
    throw core::invalid_argument("the name of socket " + path + " is too long: choose a shorter CTRBOX_STATE");
  return path;
}

std::string start(const core::Paths& paths, const Invocation& invocation, bool versioned) {
  const std::string path = socket_of(paths, invocation);
  const std::string address = "unix://" + path;
  const core::Fd listener = listen(paths, path);
  try {
    core::write_file_atomically(AT_FDCWD, kAddressFile, address, 0600);
    const core::Fd log = open_log();
    set_oom_score(core::spawn(serve_command(invocation, listener.get(), log.get())));
  } catch (...) {
    const core::Error error = core::current_error();
    core::remove_file(AT_FDCWD, path);
    throw error;
  }
  return answer(address, versioned);
}

}  // namespace ctrbox::runtime::shim::contract
