// `ctr snapshots …`, each in its own file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_snapshots_ls(CLI::App& app);

}  // namespace ctrbox::commands
