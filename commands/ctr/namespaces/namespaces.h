// `ctr namespaces …`, each in its own file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_namespaces_create(CLI::App& app);
Action declare_namespaces_label(CLI::App& app);
Action declare_namespaces_ls(CLI::App& app);
Action declare_namespaces_rm(CLI::App& app);

}  // namespace ctrbox::commands
