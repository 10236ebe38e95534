// One shim of Runtime v2, ours or another's, spoken to without anything between: nothing is looked up, settled or
// recorded. For looking into a shim when something else is in doubt. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/task/client.h"
#include "runtime/task/process.h"

namespace ctrbox::runtime {

struct ShimState {
  std::string id, bundle, exec_id;
  ProcessInfo process;
};

struct ShimConnect {
  std::uint32_t shim_pid = 0;
  std::uint32_t task_pid = 0;
  std::string version;
};

class DirectShim {
 public:
  /// `address` is a path, or "unix://" and a path. Throws not_found, unavailable (nobody listens), invalid_argument.
  static DirectShim at(const std::string& address);
  /// Where the shim of one of our tasks listens.
  static std::string address_of(const core::Paths& paths, const std::string& ns, const std::string& id);

  // Each throws what the shim answers, unavailable if it goes.
  ShimState state(const std::string& id, const std::string& exec_id);
  ShimConnect connect(const std::string& id);
  std::vector<std::uint32_t> pids(const std::string& id);
  ExitStatus wait(const std::string& id, const std::string& exec_id);
  void start(const std::string& id, const std::string& exec_id);
  ExitStatus remove(const std::string& id, const std::string& exec_id);
  void kill(const std::string& id, const std::string& exec_id, std::uint32_t signal, bool all);
  void pause(const std::string& id);
  void resume(const std::string& id);
  /// The shim ends, even with a task when `now`.
  void shutdown(const std::string& id, bool now);

 private:
  explicit DirectShim(ShimClient client) : client_(std::move(client)) {}
  ShimClient client_;
};

}  // namespace ctrbox::runtime
