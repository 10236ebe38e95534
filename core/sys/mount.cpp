#include "core/sys/mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/base/error.h"
#include "core/sys/fd.h"

namespace ctrbox::core {
namespace {

// glibc 2.36 declares these calls in a header that cannot be included beside <linux/mount.h>.
int fs_open(const char* type) { return static_cast<int>(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)); }
int fs_config(int fd, unsigned command, const char* key, const char* value) {
  return static_cast<int>(syscall(SYS_fsconfig, fd, command, key, value, 0));
}
int fs_mount(int fd, unsigned attributes) {
  return static_cast<int>(syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC, attributes));
}
int move_mount_to(int from, const char* target) {
  return static_cast<int>(syscall(SYS_move_mount, from, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH));
}

struct Flag {
  std::string_view word;
  bool clear;
  unsigned long bits;
};

/// fstab words that are flags of mount(2); what is not here is data for the file system.
constexpr std::array kFlags{
    Flag{"async", true, MS_SYNCHRONOUS},
    Flag{"atime", true, MS_NOATIME},
    Flag{"bind", false, MS_BIND},
    Flag{"defaults", false, 0},
    Flag{"dev", true, MS_NODEV},
    Flag{"diratime", true, MS_NODIRATIME},
    Flag{"dirsync", false, MS_DIRSYNC},
    Flag{"exec", true, MS_NOEXEC},
    Flag{"mand", false, MS_MANDLOCK},
    Flag{"noatime", false, MS_NOATIME},
    Flag{"nodev", false, MS_NODEV},
    Flag{"nodiratime", false, MS_NODIRATIME},
    Flag{"noexec", false, MS_NOEXEC},
    Flag{"nomand", true, MS_MANDLOCK},
    Flag{"norelatime", true, MS_RELATIME},
    Flag{"nostrictatime", true, MS_STRICTATIME},
    Flag{"nosuid", false, MS_NOSUID},
    Flag{"rbind", false, MS_BIND | MS_REC},
    Flag{"relatime", false, MS_RELATIME},
    Flag{"remount", false, MS_REMOUNT},
    Flag{"ro", false, MS_RDONLY},
    Flag{"rw", true, MS_RDONLY},
    Flag{"strictatime", false, MS_STRICTATIME},
    Flag{"suid", true, MS_NOSUID},
    Flag{"sync", false, MS_SYNCHRONOUS},
};

struct Parsed {
  unsigned long flags = 0;
  std::vector<std::string> data;
};

Parsed parse(const std::vector<std::string>& options) {
  Parsed parsed;
  for (const std::string& option : options) {
    bool known = false;
    for (const Flag& flag : kFlags) {
      if (flag.word != option) continue;
      known = true;
      parsed.flags = flag.clear ? parsed.flags & ~flag.bits : parsed.flags | flag.bits;
    }
    if (!known) parsed.data.push_back(option);
  }
  return parsed;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

[[noreturn]] void fail(const Mount& mount, const std::string& target, int error) {
  throw system_error("mounting " + quoted(mount.source) + " (" + mount.type + ") on " + quoted(target), error);
}

void bind(const Mount& mount, const std::string& target, unsigned long flags) {
  const unsigned long kind = flags & (MS_BIND | MS_REC);
  if (::mount(mount.source.c_str(), target.c_str(), nullptr, kind, nullptr) != 0) fail(mount, target, errno);
  // The kernel ignores every other flag at the bind itself.
  const unsigned long rest = flags & ~kind;
  if (rest == 0) return;
  if (::mount(nullptr, target.c_str(), nullptr, MS_REMOUNT | MS_BIND | rest, nullptr) != 0) {
    const int error = errno;
    umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    fail(mount, target, error);
  }
}

unsigned attributes_of(unsigned long flags) {
  unsigned attributes = 0;
  if (flags & MS_RDONLY) attributes |= MOUNT_ATTR_RDONLY;
  if (flags & MS_NOSUID) attributes |= MOUNT_ATTR_NOSUID;
  if (flags & MS_NODEV) attributes |= MOUNT_ATTR_NODEV;
  if (flags & MS_NOEXEC) attributes |= MOUNT_ATTR_NOEXEC;
  if (flags & MS_NODIRATIME) attributes |= MOUNT_ATTR_NODIRATIME;
  if (flags & MS_NOATIME) attributes |= MOUNT_ATTR_NOATIME;
  return attributes;
}

/// Tells the kernel one option; `lowerdir` goes one directory at a time, which has no limit of a page.
void configure(int fd, const std::string& option, const Mount& mount, const std::string& target) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos) {
    if (fs_config(fd, FSCONFIG_SET_FLAG, option.c_str(), nullptr) != 0) fail(mount, target, errno);
    return;
  }
  const std::string key = option.substr(0, equals);
  std::string_view value = std::string_view(option).substr(equals + 1);
  if (key != "lowerdir") {
    if (fs_config(fd, FSCONFIG_SET_STRING, key.c_str(), std::string(value).c_str()) != 0) fail(mount, target, errno);
    return;
  }
  while (!value.empty()) {
    const std::string lower(value.substr(0, value.find(':')));
    value.remove_prefix(std::min(value.size(), lower.size() + 1));
    if (fs_config(fd, FSCONFIG_SET_STRING, "lowerdir+", lower.c_str()) == 0) continue;
    if (errno != EINVAL) fail(mount, target, errno);
    throw not_implemented("mounting on " + quoted(target) + ": " + std::to_string(joined(mount.options).size()) +
                          " bytes of options are more than this kernel takes");
  }
}

void mount_by_descriptor(const Mount& mount, const Parsed& parsed, const std::string& target) {
  const Fd context(fs_open(mount.type.c_str()));
  if (!context) fail(mount, target, errno);
  if (fs_config(context.get(), FSCONFIG_SET_STRING, "source", mount.source.c_str()) != 0) fail(mount, target, errno);
  for (const std::string& option : parsed.data) configure(context.get(), option, mount, target);
  if (fs_config(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr) != 0) fail(mount, target, errno);
  const Fd mounted(fs_mount(context.get(), attributes_of(parsed.flags)));
  if (!mounted || move_mount_to(mounted.get(), target.c_str()) != 0) fail(mount, target, errno);
}

}  // namespace

void mount_at(const Mount& mount, const std::string& target) {
  const Parsed parsed = parse(mount.options);
  if (parsed.flags & MS_BIND) {
    bind(mount, target, parsed.flags);
    return;
  }
  const std::string data = joined(parsed.data);
  // mount(2) takes one page of data, its final zero included.
  if (mount.type == "overlay" && data.size() >= static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) - 1) {
    mount_by_descriptor(mount, parsed, target);
    return;
  }
  if (::mount(mount.source.c_str(), target.c_str(), mount.type.c_str(), parsed.flags, data.c_str()) != 0) {
    fail(mount, target, errno);
  }
}

void unmount_all(const std::string& target) {
  while (umount2(target.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
  }
  // EINVAL: nothing is mounted there.
  if (errno != EINVAL && errno != ENOENT) throw system_error("unmounting " + quoted(target), errno);
}

}  // namespace ctrbox::core
