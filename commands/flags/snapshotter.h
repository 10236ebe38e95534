// --snapshotter, as every command that has it declares it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace ctrbox::commands {

void add_snapshotter(CLI::App& app, std::string& target);

/// What was typed, else CONTAINERD_SNAPSHOTTER, else the default. Throws not_found for one there is not.
std::string chosen_snapshotter(const std::string& typed);

}  // namespace ctrbox::commands
