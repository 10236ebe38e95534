#include <memory>
#include <string>
#include <vector>

#include "commands/context.h"
#include "commands/ctr/namespaces/namespaces.h"
#include "commands/flags/declare.h"
#include "commands/ui/table.h"
#include "core/base/escape.h"
#include "core/namespaces/namespaces.h"

namespace ctrbox::commands {

Action declare_namespaces_ls(CLI::App& app) {
  struct Options {
    bool quiet = false;
    std::vector<std::string> filters;
  };
  const auto options = std::make_shared<Options>();
  add_switch(app, "-q,--quiet", options->quiet, "print names alone");
  add_positionals(app, "FILTER", options->filters, "like name~=^ci or labels.owner==me; one of several is enough",
                  Presence::optional);
  return [options](Context& context) {
    const std::vector<core::namespaces::Namespace> all = core::namespaces::list(context.database(), options->filters);
    if (options->quiet) {
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
