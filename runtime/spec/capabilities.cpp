#include "runtime/spec/capabilities.h"

#include <algorithm>

#include "core/base/error.h"
#include "runtime/spec/defaults.h"

namespace ctrbox::runtime {
namespace {

constexpr std::string_view kAll = "ALL";

// By number, as linux/capability.h has them.
constexpr std::string_view kNames[] = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string_view> starting_set(const CapabilityChoice& choice, bool privileged, std::uint64_t available) {
  std::vector<std::string_view> set;
  if (privileged || contains(choice.add, kAll)) {
    for (std::size_t i = 0; i < std::size(kNames); ++i)
      if ((available >> i & 1) != 0) set.push_back(kNames[i]);
  } else if (!contains(choice.drop, kAll)) {
    set.assign(default_capabilities().begin(), default_capabilities().end());
  }
  return set;
}

}  // namespace

std::string_view parse_capability(std::string_view text) {
  std::string name;
  for (const char c : text) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name == kAll) return kAll;
  if (!name.starts_with("CAP_")) name = "CAP_" + name;
  const auto* known = std::find(std::begin(kNames), std::end(kNames), name);
  if (known == std::end(kNames)) throw core::invalid_argument("unknown capability " + core::quoted(text));
  return *known;
}

std::vector<std::string_view> chosen_capabilities(const CapabilityChoice& choice, bool privileged,
                                                  std::uint64_t available) {
  std::vector<std::string_view> set = starting_set(choice, privileged, available);
  for (const std::string_view name : kNames)
    if (contains(choice.add, name) && std::find(set.begin(), set.end(), name) == set.end()) set.push_back(name);
  std::erase_if(set, [&](std::string_view name) { return contains(choice.drop, name); });
  return set;
}

}  // namespace ctrbox::runtime
