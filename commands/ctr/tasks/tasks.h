// `ctr tasks …`: what runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_tasks_ls(CLI::App& app);
Action declare_tasks_kill(CLI::App& app);
Action declare_tasks_rm(CLI::App& app);
Action declare_tasks_metrics(CLI::App& app);
Action declare_tasks_update(CLI::App& app);

}  // namespace ctrbox::commands
