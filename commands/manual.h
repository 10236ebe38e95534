// Manual pages in man(7) form, made from the rows: man/*.1 are this function's output and a test keeps them so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands/command.h"

namespace ctrbox::commands {

std::string manual(const Personality& personality);

}  // namespace ctrbox::commands
