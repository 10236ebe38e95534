// What a shim answers, as values. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/task/process.h"
#include "runtime/wire/conversions.h"

namespace ctrbox::runtime {

ProcessInfo to_process_info(const ctrbox::wire::StateResponse& response);

/// Of a WaitResponse or a DeleteResponse.
template <typename Response>
ExitStatus to_exit_status(const Response& response) {
  return {response.exit_status(), wire::to_time(response.exited_at())};
}

}  // namespace ctrbox::runtime
