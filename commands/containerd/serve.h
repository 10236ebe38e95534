// `containerd`: the daemon in the foreground, or in the background.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_serve(CLI::App& app);

}  // namespace ctrbox::commands
