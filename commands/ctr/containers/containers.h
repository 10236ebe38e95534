// `ctr containers …`: the records of containers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_containers_create(CLI::App& app);
Action declare_containers_label(CLI::App& app);
Action declare_containers_update(CLI::App& app);
Action declare_containers_ls(CLI::App& app);
Action declare_containers_info(CLI::App& app);
Action declare_containers_rm(CLI::App& app);

}  // namespace ctrbox::commands
