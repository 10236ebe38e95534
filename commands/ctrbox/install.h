// `ctrbox install DIR`: the names ctr, dist, shim and containerd as links to this executable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_install(CLI::App& app);

}  // namespace ctrbox::commands
