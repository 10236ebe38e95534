#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/flags/declare.h"
#include "core/base/clock.h"
#include "core/containers/containers.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string id;
  bool spec = false;
};

Json runtime_options(const core::containers::Container& container) {
  if (container.runtime_binary.empty()) return nullptr;
  return {{"BinaryName", container.runtime_binary}};
}

Json record_json(const core::containers::Container& container) {
  return {
      {"ID", container.id},
      {"Labels", container.labels},
      {"Image", container.image},
      {"Runtime", {{"Name", container.runtime_name}, {"Options", runtime_options(container)}}},
      {"SnapshotKey", container.snapshot_key},
      {"Snapshotter", container.snapshotter},
      {"CreatedAt", core::to_rfc3339(container.created_at)},
      {"UpdatedAt", core::to_rfc3339(container.updated_at)},
      {"Spec", Json::parse(container.spec)},
  };
}

int info(Context& context, const Options& options) {
  runtime::settle_tasks(context.database(), context.paths(), context.ns());  // some may be gone by now
  const auto container = core::containers::get(context.database(), context.ns(), options.id);
  const Json json = options.spec ? Json::parse(container.spec) : record_json(container);
  // Nothing beyond ASCII as it is: what came from an image must not reach the terminal as control characters.
  context.out() << json.dump(4, ' ', true) << "\n";
  return 0;
}

}  // namespace

Action declare_containers_info(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_positional(app, "ID", options->id, "container");
  add_switch(app, "--spec", options->spec, "print the runtime spec only");
  return [options](Context& context) { return info(context, *options); };
}

}  // namespace ctrbox::commands
