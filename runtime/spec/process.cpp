#include "runtime/spec/process.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "runtime/spec/defaults.h"
#include "runtime/spec/environment.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

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

Json rlimits(const SpecOptions& options, const HostFacts& host) {
  const std::uint64_t open_files = std::min(kOpenFiles, host.hard_limit_of_open_files);
  std::vector<Rlimit> all = {{"RLIMIT_NOFILE", open_files, open_files}};
  for (const Rlimit& wanted : options.rlimits) {
    std::erase_if(all, [&](const Rlimit& limit) { return limit.type == wanted.type; });
    all.push_back(wanted);
  }
  Json json = Json::array();
  for (const Rlimit& limit : all) json.push_back({{"type", limit.type}, {"hard", limit.hard}, {"soft", limit.soft}});
  return json;
}

void add_apparmor(Json& process, const std::string& profile, const HostFacts& host) {
  if (profile.empty()) return;
  if (!host.has_apparmor) {
    throw core::failed_precondition("the AppArmor profile " + core::quoted(profile) +
                                    " cannot be applied: AppArmor is not enabled in this kernel");
  }
  process["apparmorProfile"] = profile;
}

}  // namespace

Json process_json(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                  const RootFileReader& read_file, std::span<const std::string_view> capabilities) {
  const User user = resolve_user(options.user.value_or(config.user), read_file);
  // Inheritable and ambient stay empty: with them, a program of an ordinary user could come by what is root's.
  Json process = {
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
      {"rlimits", rlimits(options, host)},
      {"noNewPrivileges", !options.security.allow_new_privileges},
  };
  add_apparmor(process, options.security.apparmor_profile, host);
  if (options.oom_score_adj) process["oomScoreAdj"] = *options.oom_score_adj;
  return process;
}

}  // namespace ctrbox::runtime
