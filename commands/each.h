// One action on each of several names: a failure is told and the next name has its turn.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "commands/context.h"

namespace ctrbox::commands {

/// Whether the names that succeeded are printed to stdout, one a line.
enum class Echo { names, nothing };

/// Runs `action` on each name. A failure is printed at once as "<program>: <doing> <name>: …". Returns the exit status:
/// 0, or 1 if any failed. Throws canceled when asked to stop.
int for_each_name(Context& context, const std::vector<std::string>& names, const std::string& doing,
                  const std::function<void(const std::string&)>& action, Echo echo = Echo::names);

}  // namespace ctrbox::commands
