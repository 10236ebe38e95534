#include "commands/containerd/config.h"

#include "commands/context.h"
#include "runtime/daemon/config.h"

namespace ctrbox::commands {

Action declare_config_default(CLI::App&) {
  return [](Context& context) {
    context.out() << runtime::daemon::default_config();
    return 0;
  };
}

}  // namespace ctrbox::commands
