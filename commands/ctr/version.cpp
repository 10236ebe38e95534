#include "commands/ctr/version.h"

#include "commands/context.h"
#include "commands/version.h"

namespace ctrbox::commands {

Action declare_version(CLI::App&) {
  return [](Context& context) {
    context.out() << "Client:\n  Version:  " << version() << "\n  Revision: " << revision() << "\n";
    return 0;
  };
}

}  // namespace ctrbox::commands
