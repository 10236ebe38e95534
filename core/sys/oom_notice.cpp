#include "core/sys/oom_notice.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <sstream>
#include <utility>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/process_cgroups.h"

namespace ctrbox::core {
namespace {

constexpr const char* kControl = "memory.oom_control";
constexpr const char* kEvents = "memory.events";
constexpr std::size_t kReadBytes = 4096;

}  // namespace

OomNotice::OomNotice(std::string group, Fd fd, bool counts)
    : group_(std::move(group)), fd_(std::move(fd)), counts_(counts), seen_(kills()) {}

OomNotice OomNotice::version1(const std::string& group) {
  Fd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) throw system_error("watching the memory of " + group, errno);
  const Fd control = open_at(AT_FDCWD, group + "/" + kControl, O_RDONLY);
  const Fd registry = open_at(AT_FDCWD, group + "/cgroup.event_control", O_WRONLY);
  write_all(registry.get(), std::to_string(event.get()) + " " + std::to_string(control.get()));
  return OomNotice(group, std::move(event), false);
}

OomNotice OomNotice::version2(const std::string& group) {
  Fd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch || inotify_add_watch(watch.get(), (group + "/" + kEvents).c_str(), IN_MODIFY) < 0)
    throw system_error("watching the memory of " + group, errno);
  return OomNotice(group, std::move(watch), true);
}

bool OomNotice::take() {
  std::array<std::byte, kReadBytes> buffer;
  bool told = false;
  while (try_read(fd_.get(), buffer).value_or(0) > 0) {
    told = true;
    if (!counts_) break;  // one read takes all that an eventfd has
  }
  if (!told || !is_alive()) return false;
  // Version 1 tells before anybody is killed, so its counter may be late; what it tells is that memory ran out.
  if (!counts_) return true;
  const std::uint64_t before = std::exchange(seen_, kills());
  return seen_ > before;
}

bool OomNotice::is_alive() const {
  return find_status(AT_FDCWD, group_ + "/" + (counts_ ? kEvents : kControl)).has_value();
}

std::uint64_t OomNotice::kills() const {
  if (!counts_) return 0;
  std::istringstream text(read_cgroup_file(group_, kEvents).value_or(""));
  std::string key;
  for (std::uint64_t value = 0; text >> key >> value;)
    if (key == "oom_kill") return value;
  return 0;
}

}  // namespace ctrbox::core
