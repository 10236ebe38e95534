#include "commands/dispatch.h"

namespace ctrbox::commands {

int dispatch(int, char**) noexcept { return 1; }

}  // namespace ctrbox::commands
