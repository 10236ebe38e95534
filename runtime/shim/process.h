// One process that the runtime starts for the shim and leaves to it: its streams, its handle, its end, and who waits
// for that. The container's first process and each exec have one. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/events/types.h"
#include "core/sys/pidfd.h"
#include "runtime/shim/children.h"
#include "runtime/shim/stdio.h"
#include "runtime/task/process.h"
#include "runtime/ttrpc/server.h"

namespace ctrbox::runtime::shim {

class Process {
 public:
  /// `bundle` is a descriptor of the bundle. `on_drained` is called when all that it wrote is handed on.
  Process(core::EventLoop& loop, Children& children, const TaskName& task, int bundle);

  /// Makes the streams; files of its own are named `name`.* in the bundle. Throws core::Error.
  void open(StdioPlan plan, const std::string& name, std::function<void()> on_drained);
  /// The runtime's command with these streams.
  core::SpawnOptions with_streams(core::SpawnOptions command) const;
  /// Forgets a process that has ended: another is to take its place. open() comes next.
  void renew();
  Stdio& stdio();  // throws failed_precondition before open()
  bool is_drained() const noexcept { return !stdio_ || stdio_->output_ended(); }
  bool has_streams() const noexcept { return stdio_ != nullptr; }
  void close_streams() { stdio_.reset(); }

  /// The command has ended well and left the process whose pid is in `pid_file`: begins to copy its streams. Call it
  /// inside the command's on_exit. Returns its status if it has ended already; otherwise `on_exit` will tell.
  std::optional<std::uint32_t> adopt(const std::string& pid_file, Children::OnExit on_exit);

  /// The command has failed: ends what it may have left all the same.
  void kill_left(const std::string& pid_file) const noexcept;

  const core::ProcessIdentity& identity() const noexcept { return identity_; }
  std::uint32_t pid() const noexcept { return static_cast<std::uint32_t>(identity_.pid); }
  const std::optional<ExitStatus>& exit() const noexcept { return exit_; }
  /// Returns false if there is nothing to signal.
  bool send_signal(std::uint32_t signal) const;

  /// Answers now or at the end.
  void wait(const ttrpc::Reply& reply);
  /// Answers at the end of the process that is to take its place.
  void wait_for_next(const ttrpc::Reply& reply);
  /// It has ended: hands on what it has written; those who wait are answered by answer_waiters().
  void end(const ExitStatus& exit) { exit_ = exit; }
  void answer_waiters();
  void fail_waiters(const core::Error& error);
  /// As events tell of its streams.
  core::events::TaskIo io() const;
  /// Streams, pid and exit.
  void describe(ctrbox::wire::StateResponse& state) const;

 private:
  core::EventLoop& loop_;
  Children& children_;
  const TaskName& task_;
  int bundle_;
  std::unique_ptr<Stdio> stdio_;
  core::ProcessIdentity identity_;
  std::optional<core::PidFd> handle_;
  std::optional<ExitStatus> exit_;
  std::vector<ttrpc::Reply> waiters_;
};

}  // namespace ctrbox::runtime::shim
