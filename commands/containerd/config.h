// `containerd config default`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_config_default(CLI::App& app);

}  // namespace ctrbox::commands
