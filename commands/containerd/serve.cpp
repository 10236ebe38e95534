#include "commands/containerd/serve.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "commands/context.h"
#include "commands/flags/declare.h"
#include "commands/version.h"
#include "core/base/duration.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/sys/background.h"
#include "runtime/daemon/daemon.h"
#include "runtime/daemon/sockets.h"

namespace ctrbox::commands {
namespace {

namespace daemon = runtime::daemon;

constexpr std::chrono::minutes kIdleInBackground{5};

struct Options {
  std::string config;
  std::string root;
  std::string state;
  std::string address;
  std::string level;
  std::string idle_timeout;
  bool detach = false;
};

std::string first_of(const std::string& flag, const std::string& configured) {
  return flag.empty() ? configured : flag;
}

/// Flags stand above the file.
daemon::Config configure(const Options& options) {
  const std::string path = first_of(options.config, daemon::kDefaultConfigPath);
  auto read = core::with_context("reading the configuration", [&] { return daemon::read_config(path); });
  if (!read && !options.config.empty()) throw core::not_found("configuration file " + core::quoted(path));
  daemon::Config config = read.value_or(daemon::Config{});
  config.root = first_of(options.root, config.root);
  config.state = first_of(options.state, config.state);
  const char* environment = std::getenv("CONTAINERD_ADDRESS");
  const std::string address = first_of(options.address, environment == nullptr ? "" : environment);
  if (!address.empty()) {
    config.address = address;
    config.ttrpc_address.clear();  // that of the file belongs to the file's address
  }
  if (!options.level.empty()) config.level = daemon::parse_level(options.level);
  if (!options.idle_timeout.empty()) {
    const double seconds = core::parse_duration(options.idle_timeout);
    config.idle_timeout = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }
  return config;
}

int serve(const Options& options) {
  daemon::Options run;
  run.config = configure(options);
  core::log::set_level(run.config.level);
  for (const std::string& key : run.config.ignored) core::log::warning("configuration: " + key + " means nothing here");
  run.paths = core::Paths::choose(run.config.root, run.config.state);
  run.address = daemon::socket_path(first_of(run.config.address, run.paths.socket()));
  run.ttrpc_address = daemon::socket_path(first_of(run.config.ttrpc_address, core::ttrpc_beside(run.address)));
  run.build = {std::string(version()), std::string(revision())};
  run.reload = [options] { return configure(options); };

  std::optional<core::Background> background;
  if (options.detach) {
    background.emplace(core::Background::enter());
    run.idle_timeout = kIdleInBackground;
    run.on_ready = [&] { background->ready(run.paths.daemon_log()); };
  }
  core::with_context("opening the state in " + run.paths.root, [&] { run.paths.create(); });
  daemon::serve(run);
  return 0;
}

}  // namespace

Action declare_serve(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_value(app, "-c,--config", options->config, "FILE", "configuration in TOML (default /etc/ctrbox/config.toml)");
  add_value(app, "-a,--address", options->address, "SOCKET",
            "where to listen (CONTAINERD_ADDRESS; default STATE/containerd.sock); shims are served at SOCKET.ttrpc");
  add_value(app, "--root", options->root, "DIR", "directory of what lasts (CTRBOX_ROOT; default /var/lib/ctrbox)");
  add_value(app, "--state", options->state, "DIR",
            "directory of what a reboot may forget (CTRBOX_STATE; default /run/ctrbox)");
  add_value(app, "-l,--log-level", options->level, "LEVEL", "debug, info, warn or error (default info)");
  add_value(app, "--idle-timeout", options->idle_timeout, "DURATION",
            "leave after so long without connections (default 5m with --detach, else never)");
  add_switch(app, "-d,--detach", options->detach, "return once the socket is served, and serve in the background");
  return [options](Context&) {
    if (!options->config.empty()) options->config = std::filesystem::absolute(options->config);
    return serve(*options);
  };
}

}  // namespace ctrbox::commands
