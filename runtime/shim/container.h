// The one task a shim is for: its first process from creation to removal, whatever order calls and exits come in.
//
// Two ways to live. Made by ctrbox ("owned"): Create prepares, Start is one `runc run`, everything is recorded, and
// when the process has ended the shim answers, cleans up and ends by itself. Made by anybody else: Create and Start are
// runc's own, nothing is recorded, and Delete and Shutdown end it. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/sys/pidfd.h"
#include "runtime/runc/runc.h"
#include "runtime/shim/children.h"
#include "runtime/shim/recorder.h"
#include "runtime/shim/stdio.h"
#include "runtime/task/states.h"
#include "runtime/ttrpc/server.h"

namespace ctrbox::runtime::shim {

class Container {
 public:
  /// `bundle` is a descriptor of the bundle, which is also the working directory. `on_last_answer` is called once the
  /// task has ended and nobody new is to be served; `on_done` when nothing of the task is left.
  Container(core::EventLoop& loop, Children& children, TaskName name, int bundle, std::function<void()> on_last_answer,
            std::function<void()> on_done);

  // Calls. Each answers now or later, or throws what is to be answered.
  void create(const ctrbox::wire::CreateTaskRequest& request, const ttrpc::Reply& reply);
  void start(const ttrpc::Reply& reply);
  void wait(const ttrpc::Reply& reply);
  void kill(std::uint32_t signal, bool all, const ttrpc::Reply& reply);
  void pause(const ttrpc::Reply& reply) { freeze(TaskMove::pause, reply); }
  void resume(const ttrpc::Reply& reply) { freeze(TaskMove::resume, reply); }
  void processes(const ttrpc::Reply& reply);
  void resize(const core::WindowSize& size);
  void close_stdin();
  void remove(const ttrpc::Reply& reply);
  void stats(const ttrpc::Reply& reply) const;
  void update(const ctrbox::wire::UpdateTaskRequest& request, const ttrpc::Reply& reply);
  ctrbox::wire::StateResponse state() const;
  std::uint32_t pid() const noexcept { return static_cast<std::uint32_t>(init_.pid); }
  TaskState current() const noexcept { return state_; }

  // Happenings.
  /// The last client has gone: a task that was never started has nobody who could start it.
  void on_no_clients();
  /// This process was asked to go: the container goes first.
  void on_terminate();

 private:
  void prepare(const ctrbox::wire::CreateTaskRequest& request);
  void on_runtime_created(std::uint32_t status, const ttrpc::Reply& reply);
  void on_runtime_ran(std::uint32_t status, const ttrpc::Reply& reply);
  void on_runtime_started(std::uint32_t status, const ttrpc::Reply& reply);
  void fail_start(const core::Error& error, const ttrpc::Reply& reply);
  void adopt_init();
  void on_exit(std::uint32_t status);
  void end_with(const ExitStatus& exit);
  void freeze(TaskMove move, const ttrpc::Reply& reply);
  void tear_down(std::function<void()> then);
  void stop_patience();
  void finish_when_drained();
  TaskRecord record() const;
  void require_living(const char* wanted) const;
  void run_update(const std::string& resources, std::function<void(std::uint32_t status)> then);

  core::EventLoop& loop_;
  Children& children_;
  TaskName name_;
  int bundle_;
  std::function<void()> on_last_answer_;
  std::function<void()> on_done_;

  TaskState state_ = TaskState::absent;
  bool owned_ = false;
  bool starting_ = false;  // a start is under way: what comes meanwhile is held back
  bool tearing_down_ = false;
  bool torn_down_ = false;
  bool runtime_knows_ = false;  // runc may have state of it
  std::string bundle_path_;
  std::string fifo_directory_;
  std::vector<core::Mount> rootfs_;
  StdioPaths paths_;
  std::optional<runc::Runc> runc_;
  std::unique_ptr<Stdio> stdio_;
  Recorder recorder_;
  core::ProcessIdentity init_;
  std::optional<core::PidFd> init_handle_;
  std::optional<std::uint32_t> held_exit_;
  std::optional<ExitStatus> exit_;
  std::vector<ttrpc::Reply> waiters_;
  std::vector<std::function<void()>> held_calls_;
  core::Fd patience_;  // with a runtime that is to remove the container
};

}  // namespace ctrbox::runtime::shim
