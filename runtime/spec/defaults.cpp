#include "runtime/spec/defaults.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kCapabilities[] = {
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
    "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
    "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
    "CAP_KILL",    "CAP_AUDIT_WRITE",
};

constexpr std::string_view kMaskedPaths[] = {
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/scsi",
    "/proc/sched_debug",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
};

constexpr std::string_view kReadOnlyPaths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

struct AllowedDevice {
  char type;
  std::optional<int> major;  // none: every
  std::optional<int> minor;
  std::string_view access;
};

constexpr AllowedDevice kDevices[] = {
    {'c', {}, {}, "m"},                         // making a node is harmless: opening it is what the rules below decide
    {'b', {}, {}, "m"},    {'c', 1, 3, "rwm"},  // null
    {'c', 1, 5, "rwm"},                         // zero
    {'c', 1, 7, "rwm"},                         // full
    {'c', 1, 8, "rwm"},                         // random
    {'c', 1, 9, "rwm"},                         // urandom
    {'c', 5, 0, "rwm"},                         // tty
    {'c', 5, 1, "rwm"},                         // console
    {'c', 5, 2, "rwm"},                         // ptmx
    {'c', 136, {}, "rwm"},                      // pts/*
};

Json to_json(const AllowedDevice& device) {
  Json rule = {{"allow", true}, {"type", std::string(1, device.type)}};
  if (device.major) rule["major"] = *device.major;
  if (device.minor) rule["minor"] = *device.minor;
  rule["access"] = device.access;
  return rule;
}

}  // namespace

std::string cgroup_path(const std::string& ns, const std::string& id) { return "/" + ns + "/" + id; }

std::span<const std::string_view> default_capabilities() noexcept { return kCapabilities; }
std::span<const std::string_view> masked_paths() noexcept { return kMaskedPaths; }
std::span<const std::string_view> read_only_paths() noexcept { return kReadOnlyPaths; }

std::vector<SpecMount> default_mounts() {
  return {
      {"proc", "proc", "/proc", {"nosuid", "noexec", "nodev"}},
      {"tmpfs", "tmpfs", "/dev", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
      {"devpts", "devpts", "/dev/pts", {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
      {"tmpfs", "shm", "/dev/shm", {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
      {"mqueue", "mqueue", "/dev/mqueue", {"nosuid", "noexec", "nodev"}},
      {"sysfs", "sysfs", "/sys", {"nosuid", "noexec", "nodev", "ro"}},
      {"tmpfs", "tmpfs", "/run", {"nosuid", "strictatime", "mode=755", "size=65536k"}},
  };
}

Json device_rules() {
  Json rules = Json::array({{{"allow", false}, {"access", "rwm"}}});
  for (const AllowedDevice& device : kDevices) rules.push_back(to_json(device));
  return rules;
}

}  // namespace ctrbox::runtime
