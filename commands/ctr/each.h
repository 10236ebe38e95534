// Commands that take several names and do not stop at the first that fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ctrbox::commands {

class Context;

/// Runs `action` for each name, printing each failure. Returns the exit status: 0, or that of the first failure. Stops
/// when the user asks to.
int for_each_name(Context& context, const std::vector<std::string>& names,
                  const std::function<void(const std::string& name)>& action);

}  // namespace ctrbox::commands
