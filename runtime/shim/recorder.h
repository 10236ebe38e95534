// The chronicle of a task of ours: what the shim writes into the host's state. The database is opened when something is
// about to be written and closed soon after, so that a shim at rest holds neither its memory nor its file. Thread: the
// loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "runtime/shim/chronicle.h"
#include "state/database.h"

namespace ctrbox::runtime::shim {

class Recorder final : public Chronicle {
 public:
  explicit Recorder(TaskName name) : name_(std::move(name)) {}

  /// Opens the database ahead of a write, which will say it if that fails.
  void prepare() noexcept override;
  void created(const TaskRecord&, const std::vector<core::Mount>&) override {}
  void started(const TaskRecord& record, const std::vector<core::Mount>& rootfs) override;
  /// Gives the claim back.
  void start_failed() override;
  void paused(bool paused) override;
  void out_of_memory() override;
  void checkpointed(const std::string& path) override;
  /// At most one exit is ever recorded, whoever tries. Remembers what must be removed from disk.
  void exited(const TaskRecord& record, const ExitStatus& exit) override;
  bool exited_to_restart(const TaskRecord& record, const ExitStatus& exit) override;
  void restarted(const TaskRecord& record) override;
  void stop_asked() override;
  void removed(const TaskRecord&, const ExitStatus&) override {}
  void exec_added(const std::string&) override {}  // told with its start: one that fails to start never was
  void exec_started(const ExecProcess& process) override;
  void exec_exited(const ExecProcess& process, const ExitStatus& exit) override;
  void remove_files() override;
  /// Closes the database and returns its memory.
  void rest() override;

 private:
  template <typename Event>
  void tell(const Event& event);
  state::Database& database();

  TaskName name_;
  std::unique_ptr<state::Database> database_;
  ExitOutcome outcome_;
};

}  // namespace ctrbox::runtime::shim
