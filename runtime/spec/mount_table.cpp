#include "runtime/spec/mount_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/spec/defaults.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

// A user namespace has no right to the host's control groups.
void make_sys_writable(std::vector<SpecMount>& mounts, bool with_cgroups) {
  const auto sys = std::find_if(mounts.begin(), mounts.end(), [](const auto& m) { return m.destination == "/sys"; });
  std::replace(sys->options.begin(), sys->options.end(), std::string("ro"), std::string("rw"));
  if (with_cgroups)
    mounts.insert(sys + 1, {"cgroup", "cgroup", "/sys/fs/cgroup", {"nosuid", "noexec", "nodev", "relatime", "rw"}});
}

// A user namespace may mount sysfs only with a network of its own; the host's is looked at instead.
void bind_sys(std::vector<SpecMount>& mounts) {
  const auto sys = std::find_if(mounts.begin(), mounts.end(), [](const auto& m) { return m.destination == "/sys"; });
  *sys = {"bind", "/sys", "/sys", {"rbind", "nosuid", "noexec", "nodev", "ro"}};
}

std::vector<SpecMount> all_mounts(const SpecOptions& options, const HostFacts& host) {
  std::vector<SpecMount> mounts = default_mounts();
  if (options.net_host && !options.uid_map.empty()) {
    bind_sys(mounts);
  } else if (options.security.privileged) {
    make_sys_writable(mounts, options.uid_map.empty());
  }
  if (options.net_host) {
    for (const std::string& path : host.name_service_files) mounts.push_back({"bind", path, path, {"rbind", "ro"}});
  }
  for (const SpecMount& wanted : options.mounts) {
    std::erase_if(mounts, [&](const SpecMount& mount) { return mount.destination == wanted.destination; });
  }
  mounts.insert(mounts.end(), options.mounts.begin(), options.mounts.end());
  return mounts;
}

Json to_json(const SpecMount& mount) {
  Json json = {{"destination", mount.destination}, {"type", mount.type}};
  if (!mount.source.empty()) json["source"] = mount.source;
  if (!mount.options.empty()) json["options"] = mount.options;
  return json;
}

}  // namespace

Json mounts_json(const SpecOptions& options, const HostFacts& host) {
  Json json = Json::array();
  for (const SpecMount& mount : all_mounts(options, host)) json.push_back(to_json(mount));
  return json;
}

}  // namespace ctrbox::runtime
