#include "commands/flags/spec.h"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>

#include "commands/flags/declare.h"
#include "commands/flags/value.h"
#include "core/base/error.h"
#include "core/sys/file.h"
#include "runtime/spec/document.h"
#include "runtime/spec/environment.h"

namespace ctrbox::commands {
namespace {

constexpr std::size_t kMaxHostname = 64;
constexpr std::size_t kMaxCgroupPath = 2048;

void declare_process(CLI::App& app, SpecFlags& flags) {
  add_switch(app, "-t,--tty", flags.terminal, "give it a terminal");
  add_values(app, "-e,--env", flags.env, "NAME[=VALUE]", "set a variable, or unset one of the image's");
  add_values(app, "--env-file", flags.env_files, "FILE",
             "set variables, a NAME=VALUE a line; NAME alone takes the caller's value");
  add_value(app, "--cwd", flags.cwd, "DIR", "working directory");
  add_value(app, "-u,--user", flags.user, "USER[:GROUP]", "user and group, by name or number");
  add_values(app, "--ulimit", flags.ulimits, "TYPE=SOFT[:HARD]", "resource limit: nofile=1024:4096, core=unlimited");
  add_value(app, "--rlimit-nofile", flags.open_files, "N", "limit of open files");
  add_value(app, "--oom-score-adj", flags.oom_score_adj, "N", "-1000 to 1000: when memory is short, who goes first");
}

void declare_files(CLI::App& app, SpecFlags& flags) {
  add_values(app, "--mount", flags.mounts, "SPEC", "mount: type=bind,src=/a,dst=/b,options=rbind:ro");
  add_values(app, "--tmpfs", flags.tmpfs, "PATH[:OPTIONS]", "mount a tmpfs: /tmp:size=64m,mode=1777");
  add_values(app, "--device", flags.devices, "/dev/x[:/dev/y][:rwm]",
             "add a device of the host, or a directory of them");
  add_switch(app, "--read-only,--readonly", flags.read_only, "make the root file system read-only");
  add_value(app, "--rootfs-propagation", flags.rootfs_propagation, "WORD", "how mounts below the root are shared");
}

void declare_rights(CLI::App& app, SpecFlags& flags) {
  add_switch(app, "--privileged", flags.privileged,
             "all capabilities and devices, no system-call filter, nothing hidden");
  add_values(app, "--cap-add", flags.cap_add, "NAME", "add a capability, or ALL");
  add_values(app, "--cap-drop", flags.cap_drop, "NAME", "take a capability away, or ALL");
  add_value(app, "--seccomp,--seccomp-profile", flags.seccomp, "FILE",
            "system-call filter: a profile as Docker has them, default or unconfined");
  add_value(app, "--apparmor-profile", flags.apparmor_profile, "NAME", "profile of AppArmor, loaded already");
  add_switch(app, "--allow-new-privs", flags.allow_new_privileges, "let set-user-ID programs give rights");
}

void declare_shared(CLI::App& app, SpecFlags& flags) {
  add_switch(app, "--net-host", flags.net_host, "use the host's network");
  add_value(app, "--hostname", flags.hostname, "NAME", "host name; the id when left out");
  add_values(app, "--with-ns", flags.namespaces, "TYPE:PATH", "join a namespace: network:/proc/123/ns/net");
  add_values(app, "--uidmap", flags.uid_map, "CONTAINER:HOST:LENGTH", "map user ids, in a user namespace");
  add_values(app, "--gidmap", flags.gid_map, "CONTAINER:HOST:LENGTH", "map group ids, in a user namespace");
}

void declare_limits(CLI::App& app, SpecFlags& flags) {
  add_value(app, "--cgroup", flags.cgroup, "PATH", "control group; /NAMESPACE/ID when left out");
  add_value(app, "--cgroup-parent", flags.cgroup_parent, "PATH", "control group in which it gets one of its own");
  add_limits(app, flags.limits);
  add_values(app, "--annotation", flags.annotations, "KEY=VALUE", "annotation of the runtime spec");
}

std::optional<std::string> caller_value(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::string parse_hostname(const std::string& text) {
  const bool good = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_';
  });
  if (!good || text.size() > kMaxHostname || text.front() == '-')
    throw core::invalid_argument("a host name has at most 64 letters, digits, - . and _");
  return text;
}

std::string parse_cgroup(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string whole_path = path + "/";
  const bool goes_up = whole_path.find("/../") != std::string::npos || whole_path.find("/./") != std::string::npos;
  if (!path.starts_with('/') || path == "/" || goes_up || path.size() > kMaxCgroupPath)
    throw core::invalid_argument("expected an absolute path below the root of the control groups, without . and ..");
  return path;
}

std::pair<std::string, std::string> parse_annotation(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) throw core::invalid_argument("expected KEY=VALUE");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

runtime::Rlimit parse_open_files(const std::string& text) { return runtime::parse_rlimit("nofile=" + text); }

std::vector<std::string> read_env_file(const std::string& path) {
  return runtime::parse_env_file(core::read_file(AT_FDCWD, path, runtime::kMaxEnvFileBytes), caller_value);
}

std::vector<runtime::SpecDevice> find_device(const std::string& text) {
  return runtime::find_devices(runtime::parse_device(text));
}

void set_process(runtime::SpecOptions& options, const SpecFlags& flags) {
  for (const std::string& file : flags.env_files) {
    const auto entries = parsed("--env-file", file, read_env_file);
    options.env.insert(options.env.end(), entries.begin(), entries.end());
  }
  options.env.insert(options.env.end(), flags.env.begin(), flags.env.end());
  options.cwd = flags.cwd;
  if (!flags.user.empty()) options.user = flags.user;
  options.terminal = flags.terminal;
  if (!flags.open_files.empty())
    options.rlimits.push_back(parsed("--rlimit-nofile", flags.open_files, parse_open_files));
  parse_all(options.rlimits, "--ulimit", flags.ulimits, runtime::parse_rlimit);
  parse_into(options.oom_score_adj, "--oom-score-adj", flags.oom_score_adj, whole_number(-1000, 1000));
}

void set_files(runtime::SpecOptions& options, const SpecFlags& flags) {
  parse_all(options.mounts, "--mount", flags.mounts, runtime::parse_mount);
  parse_all(options.mounts, "--tmpfs", flags.tmpfs, runtime::parse_tmpfs);
  if (flags.privileged) options.devices = runtime::find_host_devices();
  for (const std::string& text : flags.devices) {
    for (auto& device : parsed("--device", text, find_device)) {
      std::erase_if(options.devices, [&](const auto& known) { return known.path == device.path; });
      options.devices.push_back(std::move(device));
    }
  }
  options.read_only = flags.read_only;
  parse_into(options.rootfs_propagation, "--rootfs-propagation", flags.rootfs_propagation, runtime::parse_propagation);
}

void set_seccomp(runtime::SecurityOptions& security, const std::string& text) {
  if (text.empty()) return;
  if (text == "default") {
    security.seccomp = runtime::SeccompSource::standard;
  } else if (text == "unconfined") {
    security.seccomp = runtime::SeccompSource::none;
  } else {
    security.seccomp = runtime::SeccompSource::profile;
    security.seccomp_profile = parsed("--seccomp", text, [](const std::string& path) {
      return core::read_file(AT_FDCWD, path, runtime::kMaxDocumentBytes);
    });
  }
}

void set_rights(runtime::SecurityOptions& security, const SpecFlags& flags) {
  security.privileged = flags.privileged;
  security.allow_new_privileges = flags.allow_new_privileges;
  parse_all(security.capabilities.add, "--cap-add", flags.cap_add,
            [](const std::string& name) { return std::string(runtime::parse_capability(name)); });
  parse_all(security.capabilities.drop, "--cap-drop", flags.cap_drop,
            [](const std::string& name) { return std::string(runtime::parse_capability(name)); });
  set_seccomp(security, flags.seccomp);
  security.apparmor_profile = flags.apparmor_profile;
}

void set_shared(runtime::SpecOptions& options, const SpecFlags& flags) {
  options.net_host = flags.net_host;
  parse_into(options.hostname, "--hostname", flags.hostname, parse_hostname);
  parse_all(options.namespaces, "--with-ns", flags.namespaces, runtime::parse_joined_namespace);
  parse_all(options.uid_map, "--uidmap", flags.uid_map, runtime::parse_id_mapping);
  parse_all(options.gid_map, "--gidmap", flags.gid_map, runtime::parse_id_mapping);
}

void set_limits(runtime::SpecOptions& options, const SpecFlags& flags) {
  if (!flags.cgroup.empty() && !flags.cgroup_parent.empty())
    throw core::invalid_argument("--cgroup and --cgroup-parent both say where the control group is: give one");
  parse_into(options.cgroup, "--cgroup", flags.cgroup, parse_cgroup);
  if (!flags.cgroup_parent.empty())
    options.cgroup = parsed("--cgroup-parent", flags.cgroup_parent, parse_cgroup) + "/" + options.id;
  options.resources = chosen_limits(flags.limits);
}

}  // namespace

void add_spec_flags(CLI::App& app, SpecFlags& flags) {
  declare_process(app, flags);
  declare_files(app, flags);
  declare_rights(app, flags);
  declare_shared(app, flags);
  declare_limits(app, flags);
}

runtime::SpecOptions to_spec_options(const SpecFlags& flags, const std::string& ns, const std::string& id) {
  runtime::SpecOptions options;
  options.ns = ns;
  options.id = id;
  set_process(options, flags);
  set_files(options, flags);
  set_rights(options.security, flags);
  set_shared(options, flags);
  set_limits(options, flags);
  for (const std::string& text : flags.annotations) {
    auto [key, value] = parsed("--annotation", text, parse_annotation);
    options.annotations[key] = value;
  }
  return options;
}

}  // namespace ctrbox::commands
