#include "commands/ctr/pull.h"

#include <memory>

#include "commands/context.h"
#include "commands/flags/declare.h"
#include "commands/flags/registry.h"
#include "commands/flags/snapshotter.h"
#include "commands/ui/progress.h"
#include "core/base/error.h"
#include "core/oci/reference.h"
#include "registry/transfer/pull.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string reference;
  std::vector<std::string> platforms;
  bool all_platforms = false;
  bool quiet = false;
  std::string progress = "auto";
  std::string snapshotter;
  RegistryFlags registry;
};

void add_common(CLI::App& app, Options& options) {
  add_positional(app, "REF", options.reference, "image: redis, docker.io/library/redis:7, host:5000/name@sha256:…");
  add_values(app, "--platform", options.platforms, "OS/ARCH[/VARIANT]",
             "fetch the image of this platform instead of the host's");
  add_switch(app, "--all-platforms", options.all_platforms, "fetch the images of all platforms");
  add_registry_flags(app, options.registry);
  add_switch(app, "-q,--quiet", options.quiet, "print nothing but errors");
  add_value(app, "--progress", options.progress, "MODE", "auto, tty, plain or none");
}

registry::PullRequest request_from(Context& context, const Options& options) {
  registry::PullRequest request;
  request.reference = core::parse_reference(options.reference);
  request.ns = context.ns();
  for (const std::string& platform : options.platforms) request.platforms.push_back(core::parse_platform(platform));
  if (options.all_platforms && !options.platforms.empty())
    throw core::invalid_argument("--platform and --all-platforms exclude each other");
  request.all_platforms = options.all_platforms;
  request.access = access_from(context, options.registry);
  return request;
}

int transfer(Context& context, const Options& options, const registry::PullRequest& request) {
  const ProgressMode mode = options.quiet ? ProgressMode::none : choose_progress_mode(options.progress);
  state::Database& database = context.database();
  const std::unique_ptr<ProgressDisplay> display = make_progress_display(mode, context.err());
  const registry::PullResult result = registry::pull(database, context.paths(), request, *display, Context::cancelled);
  display->finish();
  if (!options.quiet && !result.chain_id.empty()) context.err() << "Unpacked chain id: " << result.chain_id << "\n";
  return 0;
}

}  // namespace

Action declare_pull(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_common(app, *options);
  add_snapshotter(app, options->snapshotter);
  return [options](Context& context) {
    registry::PullRequest request = request_from(context, *options);
    request.snapshotter = chosen_snapshotter(options->snapshotter);
    return transfer(context, *options, request);
  };
}

Action declare_fetch(CLI::App& app) {
  auto options = std::make_shared<Options>();
  add_common(app, *options);
  return [options](Context& context) {
    registry::PullRequest request = request_from(context, *options);
    request.unpack = false;
    return transfer(context, *options, request);
  };
}

}  // namespace ctrbox::commands
