// Why a process could not be started, as a shell would say it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.h"

namespace ctrbox::runtime {

inline constexpr int kExitOurs = 125;           // the command was not reached: our fault, runc's or the spec's
inline constexpr int kExitCannotExecute = 126;  // it is there, but cannot be executed
inline constexpr int kExitNotFound = 127;       // there is no such command

/// The exit status for an error of Task::create or Task::start.
int exit_code_of_start_failure(const core::Error& error);

}  // namespace ctrbox::runtime
