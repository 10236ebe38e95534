// The commands of ctrbox under its own name, sorted by path.
#include "commands/ctr/version.h"
#include "commands/ctrbox/install.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> box_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "install",
       .arguments = "DIR",
       .summary = "make links of the programs' names to this executable",
       .declare = declare_install,
       .examples = "$ install /usr/local/bin"},
      {.path = "version", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
