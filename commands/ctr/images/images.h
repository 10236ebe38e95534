// `ctr images …` and `dist images …`, each in its own file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_images_label(CLI::App& app);
Action declare_images_ls(CLI::App& app);
Action declare_images_rm(CLI::App& app);

}  // namespace ctrbox::commands
