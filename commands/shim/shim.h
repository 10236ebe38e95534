// The shim personality: one process a task, started by the commands that create tasks (runtime/shim/serve.h says how).
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::commands {

int shim_main(int argc, char** argv);

}  // namespace ctrbox::commands
