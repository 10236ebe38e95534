#include <memory>

#include "commands/context.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/flags/declare.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::commands {

Action declare_namespaces_ls(CLI::App& app) {
  auto quiet = std::make_shared<bool>(false);
  add_switch(app, "-q,--quiet", *quiet, "print names alone");
  return [quiet](Context& context) {
    const std::vector<core::namespaces::Namespace> all = core::namespaces::list(context.database());
    if (*quiet) {
      for (const auto& one : all) context.out() << core::escape_for_terminal(one.name) << "\n";
      return 0;
    }
    Table table({"NAME", "LABELS"});
    for (const auto& one : all) table.add_row({one.name, core::to_string(one.labels)});
    table.print(context.out());
    return 0;
  };
}

}  // namespace ctrbox::commands
