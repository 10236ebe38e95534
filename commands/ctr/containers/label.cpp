#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "core/base/escape.h"
#include "core/containers/containers.h"

namespace ctrbox::commands {
namespace {

struct Options {
  std::string id;
  std::vector<std::string> labels;
};

int label(Context& context, const Options& options) {
  core::containers::Container wanted;
  wanted.id = options.id;
  wanted.labels = parse_labels(options.labels);
  std::vector<std::string> fields;
  for (const auto& [key, value] : wanted.labels) fields.push_back("labels." + key);
  core::containers::Container container;
  if (fields.empty()) {
    container = core::containers::get(context.database(), context.ns(), options.id);
  } else {
    context.database().write(state::Durability::full, [&](state::Transaction& tx) {
      container = core::containers::update(tx, context.ns(), wanted, fields);
    });
  }
  context.out() << core::escape_for_terminal(core::to_string(container.labels)) << "\n";
  return 0;
}

}  // namespace

Action declare_containers_label(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_positional(app, "ID", options->id, "container");
  add_positionals(app, "LABEL", options->labels, "label as key=value; an empty value removes the label",
                  Presence::optional);
  return [options](Context& context) { return label(context, *options); };
}

}  // namespace ctrbox::commands
