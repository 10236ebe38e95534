#include "runtime/daemon/sockets.h"

#include <fcntl.h>

#include <chrono>

#include "core/base/error.h"
#include "core/config/paths.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/unix_socket.h"

namespace ctrbox::runtime::daemon {
namespace {

constexpr mode_t kPrivate = 0700;
constexpr mode_t kShared = 0660;
constexpr std::chrono::seconds kPatience{5};  // for one that is about to end

struct Place {
  core::Fd directory;
  std::string name;
};

Place place_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return {core::open_at(AT_FDCWD, path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY), path.substr(slash + 1)};
}

bool is_served(const std::string& path) {
  try {
    core::connect_unix(path);
    return true;
  } catch (const core::Error&) {
    return false;
  }
}

core::Error served_already(const std::string& path) {
  return core::already_exists(path + " is served already by another containerd");
}

/// Ours for as long as it is held. Throws already_exists if another process serves the path, or does not let go of it.
core::FileLock lock_address(const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto enough = [&] { return std::chrono::steady_clock::now() > deadline || is_served(path); };
  try {
    return core::FileLock::acquire(AT_FDCWD, core::lock_beside(path), enough);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::canceled) throw;
    throw served_already(path);
  }
}

/// Makes room for a socket: one that nobody listens on is taken away, and nothing else ever is.
void clear(const Place& place, const std::string& path) {
  const auto status = core::find_status(place.directory.get(), place.name);
  if (!status) return;
  if (!S_ISSOCK(status->st_mode)) throw core::already_exists(path + " is there and is no socket");
  if (is_served(path)) throw core::already_exists(path + " is served already by another program");
  core::remove_file(place.directory.get(), place.name);
}

std::optional<core::Fd> take_inherited(std::vector<core::Fd>& inherited, const std::string& path) {
  for (core::Fd& fd : inherited)
    if (fd && core::path_of(fd.get()) == path) return std::move(fd);
  return std::nullopt;
}

}  // namespace

std::string socket_path(const std::string& address) {
  constexpr std::string_view kScheme = "unix://";
  const std::string path = address.starts_with(kScheme) ? address.substr(kScheme.size()) : address;
  if (path.size() < 2 || path.front() != '/' || path.back() == '/')
    throw core::invalid_argument("address " + core::quoted(address) + " is not the absolute path of a socket");
  return path;
}

Sockets::Sockets(const std::string& address, const std::string& ttrpc_address, const Config& config,
                 std::vector<core::Fd> inherited) {
  const auto get = [&](const std::string& path) {
    core::make_directories(path.substr(0, path.find_last_of('/') + 1), kPrivate);
    locks_.push_back(lock_address(path));
    if (auto fd = take_inherited(inherited, path)) return *std::move(fd);
    return listen(path, config);
  };
  grpc_ = get(address);
  ttrpc_ = get(ttrpc_address);
  for (const core::Fd& fd : inherited)
    if (fd)
      throw core::invalid_argument("the service manager hands over " + core::path_of(fd.get()) + ", but " + address +
                                   " and " + ttrpc_address + " are to be served");
}

Sockets::~Sockets() { remove_names(); }

core::Fd Sockets::listen(const std::string& path, const Config& config) {
  const Place place = place_of(path);
  clear(place, path);
  core::Fd fd = core::listen_unix(place.directory.get(), place.name);
  made_.push_back(path);
  if (!config.uid && !config.gid) return fd;
  constexpr auto kSame = static_cast<std::uint32_t>(-1);
  core::node::set_owner_at(place.directory.get(), place.name, config.uid.value_or(kSame), config.gid.value_or(kSame));
  core::node::set_mode_at(place.directory.get(), place.name, kShared);
  return fd;
}

void Sockets::remove_names() noexcept {
  for (const std::string& path : made_) {
    try {
      core::remove_file(AT_FDCWD, path);
    } catch (const core::Error&) {
      // A name without a server: whoever serves the address next replaces it.
    }
  }
  made_.clear();
}

}  // namespace ctrbox::runtime::daemon
