// A program that reads a container's output (`binary://`): it gets stdout at descriptor 3, stderr at 4, closes 5 when
// it is ready, and has CONTAINER_ID and CONTAINER_NAMESPACE in its environment (containerd's contract). It ends by
// itself when both streams have ended. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/sys/fd.h"
#include "runtime/shim/children.h"
#include "runtime/shim/log_uri.h"
#include "runtime/task/task_name.h"

namespace ctrbox::runtime::shim {

struct LoggerPipes {
  core::Fd out;
  core::Fd err;
};

/// Starts it and waits until it is ready, ten seconds at most. Throws failed_precondition if it does not get ready.
LoggerPipes start_logger(Children& children, const TaskName& name, const LogUri& uri);

}  // namespace ctrbox::runtime::shim
