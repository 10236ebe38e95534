// `ctr content …` and `dist content …`, each in its own file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_content_get(CLI::App& app);
Action declare_content_ls(CLI::App& app);

}  // namespace ctrbox::commands
