// The containerd personality: the host of the events socket, which is not built yet. It says so and fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::commands {

int containerd_main(int argc, char** argv);

}  // namespace ctrbox::commands
