#include <memory>

#include "commands/context.h"
#include "commands/ctr/images/find.h"
#include "commands/ctr/images/images.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "core/base/escape.h"

namespace ctrbox::commands {

Action declare_images_label(CLI::App& app) {
  struct Options {
    std::string name;
    std::vector<std::string> labels;
  };
  auto options = std::make_shared<Options>();
  add_positional(app, "REF", options->name, "image");
  add_positionals(app, "LABEL", options->labels, "label as key=value; an empty value removes the label",
                  Presence::optional);
  return [options](Context& context) {
    const core::Labels wanted = parse_labels(options->labels);
    state::Database& database = context.database();
    const core::images::Image image = find_image(database, context.ns(), options->name);
    core::Labels result = image.labels;
    if (!wanted.empty()) {
      database.write(state::Durability::full, [&](state::Transaction& tx) {
        result = core::images::label(tx, context.ns(), image.name, wanted);
      });
    }
    context.out() << core::escape_for_terminal(core::to_string(result)) << "\n";
    return 0;
  };
}

}  // namespace ctrbox::commands
