// The shim as a process: `shim -namespace NS -id ID -root DIR -state DIR serve`, started by a client that hands over
//   descriptor 3  the listening socket,
//   descriptor 4  the bundle, locked; also the working directory,
//   descriptor 5  its own connection: when it ends before the task was started, so does the shim,
//   descriptor 6  (maybe) the locked directory of the fifos: held, it tells others that they are in use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/fd.h"
#include "core/sys/spawn.h"
#include "runtime/task/record.h"

namespace ctrbox::runtime::shim {

/// Returns the exit status. Never throws.
int serve(int argc, char** argv) noexcept;

struct Inherited {
  int listener;
  int bundle;
  int connection;
  int fifo_lock;  // -1: none
};
/// How a client starts one. The descriptors are lent for the call to spawn().
core::SpawnOptions serve_command(const TaskName& name, const Inherited& inherited);

}  // namespace ctrbox::runtime::shim
