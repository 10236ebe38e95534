// What the shim writes into the host's state. The database is opened when something is about to be written and closed
// soon after, so that a shim at rest holds neither its memory nor its file. A task of a foreign creator is not
// recorded: every call does nothing then. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "runtime/task/record.h"
#include "state/database.h"

namespace ctrbox::runtime::shim {

class Recorder {
 public:
  explicit Recorder(TaskName name) : name_(std::move(name)) {}

  /// From now on everything is recorded.
  void enable() noexcept { enabled_ = true; }
  /// Opens the database ahead of a write, while there is something else to wait for.
  void prepare();
  void started(const TaskRecord& record, const std::vector<core::Mount>& rootfs);
  /// Nothing was started, and the creator will be told: gives the claim back.
  void start_failed();
  void paused(bool paused);
  /// At most one exit is ever recorded, whoever tries. Remembers what must be removed from disk.
  void exited(const ExitStatus& exit);
  /// Removes it. Requires: it is not mounted any more.
  void remove_files();
  /// Closes the database and returns its memory.
  void rest();

 private:
  state::Database& database();

  TaskName name_;
  bool enabled_ = false;
  std::unique_ptr<state::Database> database_;
  ExitOutcome outcome_;
};

}  // namespace ctrbox::runtime::shim
