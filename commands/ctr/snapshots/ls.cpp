#include <memory>

#include "commands/context.h"
#include "commands/ctr/snapshots/snapshots.h"
#include "commands/flags/declare.h"
#include "commands/flags/snapshotter.h"
#include "commands/ui/table.h"
#include "core/snapshots/snapshots.h"

namespace ctrbox::commands {

Action declare_snapshots_ls(CLI::App& app) {
  auto snapshotter = std::make_shared<std::string>();
  add_snapshotter(app, *snapshotter);
  return [snapshotter](Context& context) {
    const std::string name = chosen_snapshotter(*snapshotter);
    core::snapshots::Snapshots snapshots(context.database(), context.paths(), context.ns(), name);
    Table table({"KEY", "PARENT", "KIND"});
    for (const auto& one : snapshots.list()) table.add_row({one.key, one.parent, std::string(to_string(one.kind))});
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
