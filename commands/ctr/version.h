// `ctr version`, `dist version`, `ctrbox version`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_version(CLI::App& app);

}  // namespace ctrbox::commands
