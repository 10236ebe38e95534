// `ctr run`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_run(CLI::App& app);

}  // namespace ctrbox::commands
