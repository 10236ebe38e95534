#include <memory>

#include "commands/context.h"
#include "commands/ctr/images/find.h"
#include "commands/ctr/images/images.h"
#include "commands/each.h"
#include "commands/flags/declare.h"
#include "core/base/error.h"

namespace ctrbox::commands {

Action declare_images_rm(CLI::App& app) {
  auto names = std::make_shared<std::vector<std::string>>();
  add_positionals(app, "REF", *names, "image", Presence::required);
  return [names](Context& context) {
    const std::string& ns = context.ns();
    state::Database& database = context.database();
    return for_each_name(context, *names, "unable to delete", [&](const std::string& typed) {
      const std::string name = find_image(database, ns, typed).name;
      database.write(state::Durability::full, [&](state::Transaction& tx) {
        // Another process may have been faster.
        if (!core::images::remove(tx, ns, name)) throw core::not_found("image " + core::quoted(name) + ": not found");
      });
    });
  };
}

}  // namespace ctrbox::commands
