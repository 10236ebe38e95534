// The commands of ctr that are about events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/command.h"

namespace ctrbox::commands {

Action declare_events(CLI::App& app);
Action declare_events_forward(CLI::App& app);
Action declare_events_publish(CLI::App& app);
Action declare_events_retention(CLI::App& app);

}  // namespace ctrbox::commands
