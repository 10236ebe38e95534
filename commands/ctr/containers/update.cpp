#include <fcntl.h>

#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/flags/container.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "core/base/error.h"
#include "core/containers/containers.h"
#include "core/sys/file.h"
#include "runtime/spec/config_file.h"
#include "runtime/spec/defaults.h"
#include "runtime/spec/document.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::string image;
  std::string runtime;
  std::string spec;
  std::vector<std::string> labels;
};

std::string read_spec(const Context& context, const Options& options) {
  return core::with_context("flag --spec " + core::quoted(options.spec), [&] {
    runtime::ConfigFile file;
    file.text = core::read_file(AT_FDCWD, options.spec, runtime::kMaxDocumentBytes);
    file.cgroup = runtime::cgroup_path(context.ns(), options.id);
    return runtime::complete_config(file).spec;
  });
}

int update(Context& context, const Options& options) {
  core::containers::Container wanted;
  wanted.id = options.id;
  wanted.labels = parse_labels(options.labels);
  std::vector<std::string> fields;
  for (const auto& [key, value] : wanted.labels) fields.push_back("labels." + key);
  if (!options.image.empty()) {
    wanted.image = options.image;
    fields.emplace_back("image");
  }
  if (!options.runtime.empty()) {
    wanted.runtime_binary = chosen_runtime(options.runtime);
    fields.emplace_back("runtime");
  }
  if (!options.spec.empty()) {
    wanted.spec = read_spec(context, options);
    fields.emplace_back("spec");
  }
  if (fields.empty())
    throw core::invalid_argument("nothing to update: give one of --image, --label, --runtime, --spec");
  runtime::settle_tasks(context.database(), context.paths(), context.ns());  // it may be gone by now
  context.database().write(state::Durability::full,
                           [&](state::Transaction& tx) { core::containers::update(tx, context.ns(), wanted, fields); });
  return 0;
}

}  // namespace

Action declare_containers_update(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_positional(app, "ID", options->id, "container");
  add_value(app, "--image", options->image, "REF", "the image it is said to be of; not looked up");
  add_values(app, "--label", options->labels, "KEY[=VALUE]", "set a label; an empty value removes it");
  add_value(app, "--runtime", options->runtime, "PROGRAM", "OCI runtime: runc, crun, or a path");
  add_value(app, "--spec", options->spec, "FILE", "a whole runtime spec, as info --spec prints it");
  return [options](Context& context) { return update(context, *options); };
}

}  // namespace ctrbox::commands
