// The commands of ctr, sorted by path: what is not here does not exist.
#include "commands/ctr/version.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> ctr_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "version", .arguments = "", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
