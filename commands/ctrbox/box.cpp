// The commands of ctrbox under its own name, sorted by path.
#include "commands/ctr/version.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> box_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "version", .arguments = "", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
