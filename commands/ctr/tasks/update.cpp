#include <fcntl.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands/context.h"
#include "commands/ctr/tasks/tasks.h"
#include "commands/flags/declare.h"
#include "commands/flags/limits.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/sys/file.h"
#include "runtime/spec/resources.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string resources;
  LimitFlags limits;
};

nlohmann::ordered_json wanted_resources(const Options& options) {
  auto resources = nlohmann::ordered_json::object();
  if (options.resources == "-") {
    resources = runtime::parse_resources(core::read_all(STDIN_FILENO, runtime::kMaxResourcesBytes, "stdin"));
  } else if (!options.resources.empty()) {
    resources = runtime::parse_resources(core::read_file(AT_FDCWD, options.resources, runtime::kMaxResourcesBytes));
  }
  resources.merge_patch(runtime::to_json(chosen_limits(options.limits)));
  if (resources.empty()) throw core::invalid_argument("no limit was given (ctr tasks update --help lists them)");
  return resources;
}

int update(Context& context, const Options& options) {
  const auto resources = wanted_resources(options);
  runtime::Task::open(context.database(), context.paths(), context.ns(), options.id).update(resources.dump());
  // The next start has them as well.
  context.database().write(state::Durability::full, [&](state::Transaction& tx) {
    auto container = core::containers::get(tx.database(), context.ns(), options.id);
    container.spec = runtime::with_resources(container.spec, resources);
    core::containers::update(tx, context.ns(), container, {"spec"});
  });
  return 0;
}

}  // namespace

Action declare_tasks_update(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_limits(app, options->limits);
  add_value(app, "--resources", options->resources, "FILE", "limits as LinuxResources in JSON; - is stdin");
  add_positional(app, "ID", options->id, "container");
  return [options](Context& context) { return update(context, *options); };
}

}  // namespace ctrbox::commands
