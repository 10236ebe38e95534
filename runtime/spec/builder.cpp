#include "runtime/spec/builder.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "runtime/spec/defaults.h"
#include "runtime/spec/environment.h"
#include "runtime/spec/seccomp.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxHostname = 64;  // __NEW_UTS_LEN

std::vector<std::string> command_line(const SpecOptions& options, const core::ImageConfig& config) {
  std::vector<std::string> args = options.args;
  if (args.empty()) {
    args = config.entrypoint;
    args.insert(args.end(), config.cmd.begin(), config.cmd.end());
  }
  if (args.empty())
    throw core::invalid_argument("no command to run: the image names none, so one must follow the container id");
  if (args.front().empty()) throw core::invalid_argument("the command to run is an empty string");
  return args;
}

std::string working_directory(const SpecOptions& options, const core::ImageConfig& config) {
  if (!options.cwd.empty()) {
    if (options.cwd.front() != '/')
      throw core::invalid_argument("working directory " + core::quoted(options.cwd) + " is not an absolute path");
    return options.cwd;
  }
  if (config.working_dir.empty()) return "/";
  return config.working_dir.front() == '/' ? config.working_dir : "/" + config.working_dir;
}

std::vector<std::string> environment(const SpecOptions& options, const core::ImageConfig& config,
                                     const std::string& home) {
  Environment env;
  if (options.terminal) env.set("TERM", "xterm");
  env.add_from_image(config.env);
  if (!env.has("HOME")) env.set("HOME", home);
  env.add_from_options(options.env);
  return env.entries();
}

Json process(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
             const RootFileReader& read_file) {
  const User user = resolve_user(options.user.value_or(config.user), read_file);
  const auto capabilities = default_capabilities();
  const std::uint64_t open_files = std::min(kOpenFiles, host.hard_limit_of_open_files);
  // Inheritable and ambient stay empty: with them, a program of an ordinary user could come by what is root's.
  return {
      {"terminal", options.terminal},
      {"user", {{"uid", user.uid}, {"gid", user.gid}, {"additionalGids", user.additional_gids}}},
      {"args", command_line(options, config)},
      {"env", environment(options, config, user.home)},
      {"cwd", working_directory(options, config)},
      {"capabilities",
       {{"bounding", capabilities},
        {"effective", capabilities},
        {"inheritable", Json::array()},
        {"permitted", capabilities},
        {"ambient", Json::array()}}},
      {"rlimits", Json::array({{{"type", "RLIMIT_NOFILE"}, {"hard", open_files}, {"soft", open_files}}})},
      {"noNewPrivileges", true},
  };
}

std::vector<SpecMount> all_mounts(const SpecOptions& options, const HostFacts& host) {
  std::vector<SpecMount> mounts = default_mounts();
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

Json mounts_json(const SpecOptions& options, const HostFacts& host) {
  Json json = Json::array();
  for (const SpecMount& mount : all_mounts(options, host)) json.push_back(to_json(mount));
  return json;
}

Json namespaces(const SpecOptions& options, const HostFacts& host) {
  Json json = Json::array();
  for (const char* type : {"pid", "ipc", "uts", "mount"}) json.push_back({{"type", type}});
  if (!options.net_host) json.push_back({{"type", "network"}});
  if (host.only_cgroup2) json.push_back({{"type", "cgroup"}});
  return json;
}

std::string hostname(const std::string& id) {
  std::string name = id.substr(0, kMaxHostname);
  // A cut may not leave a separator at the end.
  while (!name.empty() && (name.back() == '.' || name.back() == '-' || name.back() == '_')) name.pop_back();
  return name;
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

std::string build_spec(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                       const RootFileReader& read_file) {
  Json spec = {{"ociVersion", kOciVersion},
               {"process", process(options, config, host, read_file)},
               {"root", {{"path", options.rootfs}, {"readonly", options.read_only}}}};
  // With the host's network the host's own name is right: its hosts file knows that one.
  if (!options.net_host) spec["hostname"] = hostname(options.id);
  spec["mounts"] = mounts_json(options, host);
  spec["linux"] = {{"resources", {{"devices", device_rules()}}},
                   {"cgroupsPath", cgroup_path(options.ns, options.id)},
                   {"namespaces", namespaces(options, host)},
                   {"maskedPaths", masked_paths()},
                   {"readonlyPaths", read_only_paths()},
                   {"seccomp", default_seccomp(default_capabilities(), host.architecture)}};
  return to_text(spec);
}

}  // namespace ctrbox::runtime
