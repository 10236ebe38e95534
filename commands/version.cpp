#include "commands/version.h"

#include "ctrbox_revision.h"  // made by revision.cmake at each build

namespace ctrbox::commands {

std::string_view version() noexcept { return CTRBOX_VERSION; }
std::string_view revision() noexcept { return CTRBOX_REVISION; }

}  // namespace ctrbox::commands
