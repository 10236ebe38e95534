// `ctr shim …`: one shim spoken to directly, whatever the records say of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_shim_connect(CLI::App& app);
Action declare_shim_delete(CLI::App& app);
Action declare_shim_kill(CLI::App& app);
Action declare_shim_pause(CLI::App& app);
Action declare_shim_pids(CLI::App& app);
Action declare_shim_resume(CLI::App& app);
Action declare_shim_shutdown(CLI::App& app);
Action declare_shim_start(CLI::App& app);
Action declare_shim_state(CLI::App& app);
Action declare_shim_wait(CLI::App& app);

}  // namespace ctrbox::commands
