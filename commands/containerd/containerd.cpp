// The commands of containerd, sorted by path. Without a command it serves.
#include "commands/containerd/config.h"
#include "commands/containerd/serve.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> containerd_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "config default",
       .summary = "print a configuration file with every key at its default",
       .declare = declare_config_default,
       .examples = "$ config default > /etc/ctrbox/config.toml"},
      {.path = "serve",
       .summary = "serve events to containerd's clients and shims, until told to stop",
       .declare = declare_serve,
       .notes =
           "No command of ctr needs it: it is a window on the state for programs that speak containerd's protocol. "
           "It owns nothing and may be killed at any moment. SIGTERM stops it, SIGHUP reads the configuration anew, "
           "SIGUSR1 makes it say how it is. It understands systemd's socket activation and readiness.",
       .examples = "$ --address /run/my.sock --log-level debug\n"
                   "$ --detach | in the background, while somebody is there"},
  };
  return table;
}

}  // namespace ctrbox::commands
