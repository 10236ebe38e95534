// Who is told what a task does, as it happens: the host's state for a task of ours (Recorder), the foreign daemon that
// had the shim started (Publisher). Calls come in the order of the events: created < started < exited < removed.
// Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/task/record.h"

namespace ctrbox::runtime::shim {

/// A process beside the first one.
struct ExecProcess {
  std::string id;
  std::uint32_t pid = 0;
};

class Chronicle {
 public:
  virtual ~Chronicle() = default;

  /// There will soon be something to tell: what that needs may be made ready while there is something else to wait for.
  virtual void prepare() noexcept {}
  /// It is set up, nothing of it runs yet. Of a task of ours nothing is told then.
  virtual void created(const TaskRecord& record, const std::vector<core::Mount>& rootfs) = 0;
  /// `rootfs` as in created().
  virtual void started(const TaskRecord& record, const std::vector<core::Mount>& rootfs) = 0;
  /// Nothing was started, and the creator will be told.
  virtual void start_failed() {}
  virtual void paused(bool paused) = 0;
  virtual void out_of_memory() = 0;
  virtual void checkpointed(const std::string& path) = 0;
  /// At most one exit is ever told.
  virtual void exited(const TaskRecord& record, const ExitStatus& exit) = 0;
  /// It has ended and is to be started again. Returns false if it was removed meanwhile; then nothing is told.
  virtual bool exited_to_restart(const TaskRecord&, const ExitStatus&) { return false; }
  /// What was is removed, and it is created and started anew.
  virtual void restarted(const TaskRecord&) {}
  /// A user has asked it to end: nobody but a user starts it again.
  virtual void stop_asked() {}
  /// Removed by a call (Delete), which is not for tasks of ours.
  virtual void removed(const TaskRecord& record, const ExitStatus& exit) = 0;

  virtual void exec_added(const std::string& exec_id) = 0;
  virtual void exec_started(const ExecProcess& process) = 0;
  virtual void exec_exited(const ExecProcess& process, const ExitStatus& exit) = 0;

  /// The task's files are to go. Requires: nothing of them is mounted any more.
  virtual void remove_files() {}
  /// Nothing will be told for a while: gives back what need not be held.
  virtual void rest() {}
};

}  // namespace ctrbox::runtime::shim
