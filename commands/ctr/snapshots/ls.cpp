#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/snapshots/snapshots.h"
#include "commands/flags/declare.h"
#include "commands/flags/snapshotter.h"
#include "commands/ui/table.h"
#include "core/snapshots/snapshots.h"

namespace ctrbox::commands {

Action declare_snapshots_ls(CLI::App& app) {
  struct Options {
    std::string snapshotter;
    std::vector<std::string> filters;
  };
  const auto options = std::make_shared<Options>();
  add_snapshotter(app, options->snapshotter);
  add_positionals(app, "FILTER", options->filters, "like kind==active or parent; one of several is enough",
                  Presence::optional);
  return [options](Context& context) {
    const std::string name = chosen_snapshotter(options->snapshotter);
    core::snapshots::Snapshots snapshots(context.database(), context.paths(), context.ns(), name);
    Table table({"KEY", "PARENT", "KIND"});
    for (const auto& one : snapshots.list(options->filters))
      table.add_row({one.key, one.parent, std::string(to_string(one.kind))});
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
