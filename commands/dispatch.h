// From argv to a personality, a command and an exit status: the one place that catches, prints an error and exits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::commands {

/// argv[0]'s last component names the personality; `ctrbox` takes it from the first argument. Never throws.
int dispatch(int argc, char** argv) noexcept;

}  // namespace ctrbox::commands
