#include "runtime/spec/builder.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "runtime/spec/defaults.h"
#include "runtime/spec/mount_table.h"
#include "runtime/spec/process.h"
#include "runtime/spec/seccomp.h"
#include "runtime/spec/seccomp_profile.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;
using Capabilities = std::vector<std::string_view>;

constexpr std::size_t kMaxHostname = 64;  // __NEW_UTS_LEN

const JoinedNamespace* find_joined(const SpecOptions& options, std::string_view type) {
  const auto found = std::find_if(options.namespaces.begin(), options.namespaces.end(),
                                  [&](const JoinedNamespace& joined) { return joined.type == type; });
  return found == options.namespaces.end() ? nullptr : &*found;
}

void check(const SpecOptions& options) {
  check(options.resources);
  if (options.resources.memory_swap_bytes.value_or(-1) >= 0 && !options.resources.memory_bytes)
    throw core::invalid_argument("memory and swap together can be limited only where memory is");
  check_id_map(options.uid_map);
  check_id_map(options.gid_map);
  if (options.uid_map.empty() != options.gid_map.empty())
    throw core::invalid_argument("user ids and group ids are mapped together: one map is missing");
  if (!options.uid_map.empty() && find_joined(options, "user") != nullptr)
    throw core::invalid_argument("a user namespace that is joined has its own mapping of ids");
  if (options.net_host && find_joined(options, "network") != nullptr)
    throw core::invalid_argument("the network is either the host's or that of a namespace");
}

Json namespaces(const SpecOptions& options, const HostFacts& host) {
  std::vector<std::string> types = {"pid", "ipc", "uts", "mount"};
  if (!options.net_host) types.emplace_back("network");
  if (host.only_cgroup2) types.emplace_back("cgroup");
  if (!options.uid_map.empty()) types.emplace_back("user");
  for (const JoinedNamespace& joined : options.namespaces)
    if (std::find(types.begin(), types.end(), joined.type) == types.end()) types.push_back(joined.type);
  Json json = Json::array();
  for (const std::string& type : types) {
    Json row = {{"type", type}};
    if (const JoinedNamespace* joined = find_joined(options, type)) row["path"] = joined->path;
    json.push_back(std::move(row));
  }
  return json;
}

Json id_map(const std::vector<IdMapping>& map) {
  Json json = Json::array();
  for (const IdMapping& range : map)
    json.push_back({{"containerID", range.container}, {"hostID", range.host}, {"size", range.size}});
  return json;
}

// "" leaves the name of the namespace: with the host's network the host's own name is right, as its hosts file knows
// that one, and a namespace that is joined has the name its owner gave it.
std::string hostname(const SpecOptions& options) {
  if (!options.hostname.empty()) return options.hostname;
  if (options.net_host || find_joined(options, "uts") != nullptr) return "";
  return host_name(options.id);
}

Json resources(const SpecOptions& options) {
  Json rules = device_rules();
  if (options.security.privileged) {
    rules = Json::array({{{"allow", true}, {"access", "rwm"}}});
  } else {
    for (const SpecDevice& device : options.devices) rules.push_back(rule_of(device));
  }
  Json json = {{"devices", std::move(rules)}};
  json.update(to_json(options.resources));
  return json;
}

void add_seccomp(Json& json, const SpecOptions& options, const HostFacts& host, const Capabilities& capabilities) {
  const SecurityOptions& security = options.security;
  switch (security.seccomp.value_or(security.privileged ? SeccompSource::none : SeccompSource::standard)) {
    case SeccompSource::none: return;
    case SeccompSource::standard: json["seccomp"] = default_seccomp(capabilities, host.architecture); return;
    case SeccompSource::profile:
      json["seccomp"] = seccomp_of_profile(security.seccomp_profile, capabilities, host.architecture, host.kernel);
      return;
  }
}

Json linux_json(const SpecOptions& options, const HostFacts& host, const Capabilities& capabilities) {
  Json json = Json::object();
  if (!options.uid_map.empty()) {
    json["uidMappings"] = id_map(options.uid_map);
    json["gidMappings"] = id_map(options.gid_map);
  }
  if (!options.devices.empty()) {
    Json& devices = json["devices"] = Json::array();
    for (const SpecDevice& device : options.devices) devices.push_back(to_json(device));
  }
  json["resources"] = resources(options);
  json["cgroupsPath"] = options.cgroup.empty() ? cgroup_path(options.ns, options.id) : options.cgroup;
  json["namespaces"] = namespaces(options, host);
  if (!options.rootfs_propagation.empty()) json["rootfsPropagation"] = options.rootfs_propagation;
  if (!options.security.privileged) {
    json["maskedPaths"] = masked_paths();
    json["readonlyPaths"] = read_only_paths();
  }
  add_seccomp(json, options, host, capabilities);
  return json;
}

std::string to_text(const Json& spec) {
  try {
    return spec.dump();
  } catch (const Json::type_error&) {
    throw core::invalid_argument(
        "command line, environment and mounts must be UTF-8: a runtime spec cannot carry others");
  }
}

}  // namespace

std::string host_name(const std::string& id) {
  std::string name = id.substr(0, kMaxHostname);
  // A cut may not leave a separator at the end.
  while (!name.empty() && (name.back() == '.' || name.back() == '-' || name.back() == '_')) name.pop_back();
  return name;
}

std::string build_spec(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                       const RootFileReader& read_file) {
  check(options);
  const auto capabilities =
      chosen_capabilities(options.security.capabilities, options.security.privileged, host.capabilities);
  Json spec = {{"ociVersion", kOciVersion},
               {"process", process_json(options, config, host, read_file, capabilities)},
               {"root", {{"path", options.rootfs}, {"readonly", options.read_only}}}};
  if (const std::string name = hostname(options); !name.empty()) spec["hostname"] = name;
  spec["mounts"] = mounts_json(options, host);
  if (!options.annotations.empty()) spec["annotations"] = options.annotations;
  spec["linux"] = linux_json(options, host, capabilities);
  return to_text(spec);
}

}  // namespace ctrbox::runtime
