#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/containers/containers.h"
#include "commands/flags/declare.h"
#include "commands/flags/labels.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "core/containers/containers.h"
#include "runtime/task/task.h"

namespace ctrbox::commands {
namespace {

struct Options {
  bool quiet = false;
  std::vector<std::string> filters;
};

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

int list(Context& context, const Options& options) {
  runtime::settle_tasks(context.database(), context.paths(), context.ns());  // some may be gone by now
  const auto containers = core::containers::list(context.database(), context.ns(), options.filters);
  if (options.quiet) {
    for (const auto& container : containers) context.out() << core::escape_for_terminal(container.id) << "\n";
    return 0;
  }
  Table table({"CONTAINER", "IMAGE", "RUNTIME", "LABELS"}, {.padding = 4, .min_width = 4});
  for (const auto& container : containers) {
    table.add_row({container.id, or_dash(container.image), container.runtime_name, labels_cell(container.labels)});
  }
  table.print(context.out());
  return 0;
}

}  // namespace

Action declare_containers_ls(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print ids only");
  add_positionals(app, "FILTER", options->filters, "show those that match one of the filters", Presence::optional);
  return [options](Context& context) { return list(context, *options); };
}

}  // namespace ctrbox::commands
