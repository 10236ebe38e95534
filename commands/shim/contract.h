// The personality of Runtime v2's binary contract: what a daemon runs to have a shim, and to clean up after one
// (runtime/shim/contract).
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ctrbox::commands {

int contract_main(int argc, char** argv);

}  // namespace ctrbox::commands
