// `ctr tasks …`: what runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_tasks_attach(CLI::App& app);
Action declare_tasks_checkpoint(CLI::App& app);
Action declare_tasks_close_io(CLI::App& app);
Action declare_tasks_exec(CLI::App& app);
Action declare_tasks_kill(CLI::App& app);
Action declare_tasks_logs(CLI::App& app);
Action declare_tasks_ls(CLI::App& app);
Action declare_tasks_metrics(CLI::App& app);
Action declare_tasks_pause(CLI::App& app);
Action declare_tasks_ps(CLI::App& app);
Action declare_tasks_resize(CLI::App& app);
Action declare_tasks_resume(CLI::App& app);
Action declare_tasks_rm(CLI::App& app);
Action declare_tasks_start(CLI::App& app);
Action declare_tasks_stop(CLI::App& app);
Action declare_tasks_update(CLI::App& app);
Action declare_tasks_wait(CLI::App& app);

}  // namespace ctrbox::commands
