#include <memory>

#include "commands/context.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::commands {

Action declare_namespaces_create(CLI::App& app) {
  struct Options {
    std::string name;
    std::vector<std::string> labels;
  };
  auto options = std::make_shared<Options>();
  add_positional(app, "NAME", options->name, "name of the new namespace");
  add_positionals(app, "LABEL", options->labels, "label as key=value", Presence::optional);
  return [options](Context& context) {
    const core::Labels labels = parse_labels(options->labels);
    context.database().write(state::Durability::full,
                             [&](state::Transaction& tx) { core::namespaces::create(tx, options->name, labels); });
    return 0;
  };
}

}  // namespace ctrbox::commands
