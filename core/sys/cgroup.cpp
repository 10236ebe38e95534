#include "core/sys/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <thread>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/pidfd.h"

namespace ctrbox::core {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMaxMountInfoBytes = 16 << 20;
constexpr std::size_t kMaxProcsBytes = 4 << 20;
constexpr int kMaxDepth = 32;
constexpr std::chrono::milliseconds kFirstPause{1};
constexpr std::chrono::milliseconds kLongestPause{50};

void write_if_there(const std::string& file, const char* text) {
  try {
    if (const auto fd = find_at(AT_FDCWD, file, O_WRONLY)) write_all(fd->get(), text);
  } catch (const Error&) {
    // Of another version, or gone meanwhile: what is left is seen by whoever looks at the processes.
  }
}

/// The directory and all beneath it, deepest first.
void list_groups(const std::string& directory, int depth, std::vector<std::string>& groups) {
  const auto fd = find_at(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) return;
  if (depth < kMaxDepth) {
    for (const auto& name : list_directory(fd->get())) {
      const auto status = find_status(fd->get(), name);
      if (status && S_ISDIR(status->st_mode)) list_groups(directory + "/" + name, depth + 1, groups);
    }
  }
  groups.push_back(directory);
}

std::vector<pid_t> members(const std::string& group) {
  std::vector<pid_t> result;
  try {
    std::istringstream text(read_file(AT_FDCWD, group + "/cgroup.procs", kMaxProcsBytes));
    for (pid_t pid = 0; text >> pid;) result.push_back(pid);
  } catch (const Error&) {
    // It went while we looked.
  }
  return result;
}

void kill_members(const std::string& group) {
  for (const pid_t pid : members(group)) {
    const auto identity = find_process(pid);
    if (!identity) continue;
    const auto process = PidFd::open(*identity);
    // Asked again now that the handle is held: the pid may have become another's meanwhile.
    const auto now = members(group);
    if (process && std::find(now.begin(), now.end(), pid) != now.end()) process->send_signal(SIGKILL);
  }
}

void thaw(const std::string& group) {
  write_if_there(group + "/freezer.state", "THAWED");
  write_if_there(group + "/cgroup.freeze", "0");
}

void kill_and_remove(const std::string& group) {
  write_if_there(group + "/cgroup.kill", "1");
  kill_members(group);
  thaw(group);
  rmdir(group.c_str());  // busy as long as somebody is in it: the next round tries again
}

}  // namespace

bool has_only_cgroup2() noexcept {
  struct statfs status {};
  return ::statfs("/sys/fs/cgroup", &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

std::vector<std::string> parse_cgroup_mounts(const std::string& mountinfo) {
  std::vector<std::string> mounts;
  std::istringstream lines(mountinfo);
  for (std::string line; std::getline(lines, line);) {
    const auto separator = line.find(" - ");
    if (separator == std::string::npos || line.compare(separator + 3, 6, "cgroup") != 0) continue;
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i < 5; ++i) fields >> field;  // id, parent, device, root, mount point
    if (std::find(mounts.begin(), mounts.end(), field) == mounts.end()) mounts.push_back(field);
  }
  return mounts;
}

std::vector<std::string> find_cgroups(const std::string& path) {
  if (path.find_first_not_of('/') == path.npos) return {};
  std::vector<std::string> found;
  for (const auto& mount : parse_cgroup_mounts(read_file(AT_FDCWD, "/proc/self/mountinfo", kMaxMountInfoBytes))) {
    const auto status = find_status(AT_FDCWD, mount + path);
    if (status && S_ISDIR(status->st_mode)) found.push_back(mount + path);
  }
  return found;
}

bool has_processes(const std::string& path) {
  std::vector<std::string> groups;
  for (const auto& directory : find_cgroups(path)) list_groups(directory, 0, groups);
  return std::any_of(groups.begin(), groups.end(), [](const auto& group) { return !members(group).empty(); });
}

void thaw_cgroups(const std::string& path) {
  for (const auto& directory : find_cgroups(path)) thaw(directory);
}

bool end_cgroups(const std::string& path, std::chrono::milliseconds limit) {
  const auto deadline = steady_clock::now() + limit;
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kLongestPause)) {
    std::vector<std::string> groups;
    for (const auto& directory : find_cgroups(path)) list_groups(directory, 0, groups);
    for (const auto& group : groups) kill_and_remove(group);
    if (find_cgroups(path).empty()) return true;
    if (steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace ctrbox::core
