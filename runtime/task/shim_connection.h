// One client's way to one task's shim, shared by the handles of its processes; and what to do when the shim has gone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "runtime/task/client.h"
#include "runtime/task/task_name.h"
#include "state/database.h"

namespace ctrbox::runtime {

struct ExitStatus;

core::Error no_running_task(const std::string& id);

struct ShimConnection {
  state::Database& database;
  TaskName name;
  std::optional<ShimClient> shim;  // none once the task has ended

  /// Throws not_found `no running task found: …` if it has ended.
  ShimClient& living();
  /// A request whose answer says nothing. Throws what the shim answers, not_found if it has gone.
  void call(const std::string& method, const google::protobuf::MessageLite& request);
  void call(const std::string& method, const google::protobuf::MessageLite& request,
            google::protobuf::MessageLite& response);
  /// What is known of a process whose shim has gone: the task is settled first (recovery.h).
  ExitStatus exit_on_record(const std::string& exec_id);
};

}  // namespace ctrbox::runtime
