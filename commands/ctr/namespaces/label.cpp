#include <memory>

#include "commands/context.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::commands {

Action declare_namespaces_label(CLI::App& app) {
  struct Options {
    std::string name;
    std::vector<std::string> labels;
  };
  auto options = std::make_shared<Options>();
  add_positional(app, "NAME", options->name, "namespace; made if it is not there");
  add_positionals(app, "LABEL", options->labels, "label as key=value; an empty value removes the label",
                  Presence::required);
  return [options](Context& context) {
    const core::Labels labels = parse_labels(options->labels);
    context.database().write(state::Durability::full,
                             [&](state::Transaction& tx) { core::namespaces::label(tx, options->name, labels); });
    return 0;
  };
}

}  // namespace ctrbox::commands
