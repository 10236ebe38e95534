#include <memory>

#include "commands/context.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::commands {

Action declare_namespaces_rm(CLI::App& app) {
  auto names = std::make_shared<std::vector<std::string>>();
  add_positionals(app, "NAME", *names, "namespace without images and containers", Presence::required);
  return [names](Context& context) {
    state::Database& database = context.database();
    return for_each_name(context, *names, "unable to delete", [&](const std::string& name) {
      database.write(state::Durability::full, [&](state::Transaction& tx) { core::namespaces::remove(tx, name); });
    });
  };
}

}  // namespace ctrbox::commands
