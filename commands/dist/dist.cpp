// The commands of dist, sorted by path. They are ctr's functions under the names of 2017.
#include "commands/ctr/version.h"
#include "commands/personality.h"

namespace ctrbox::commands {

std::span<const Command> dist_commands() noexcept {
  static constexpr Command table[] = {
      {.path = "version", .arguments = "", .summary = "print the version of this build", .declare = declare_version},
  };
  return table;
}

}  // namespace ctrbox::commands
