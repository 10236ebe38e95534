// The one task a shim is for, whatever order calls and exits come in.
//
// Two ways to live. Made by ctrbox ("owned"): Create prepares, Start is one `runc run`, everything is recorded, and
// when the process has ended the shim answers, cleans up and ends by itself. Made by anybody else: Create and Start are
// runc's own, its daemon is told, and Delete and Shutdown end it. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/runc/runc.h"
#include "runtime/shim/chronicle.h"
#include "runtime/shim/contract/runtime_options.h"
#include "runtime/shim/exec.h"
#include "runtime/shim/oom_watch.h"
#include "runtime/shim/process.h"
#include "runtime/task/restart_policy.h"
#include "runtime/task/states.h"
#include "shim_service.pb.h"

namespace ctrbox::runtime::shim {

enum class Keeper { ctrbox, foreign };

class Container {
 public:
  /// `bundle` is a descriptor of the bundle, which is also the working directory. `on_last_answer` is called once the
  /// task has ended and nobody new is to be served; `on_done` when nothing of the task is left.
  Container(core::EventLoop& loop, Children& children, TaskName name, int bundle, Keeper keeper,
            std::unique_ptr<Chronicle> chronicle, std::function<void()> on_last_answer, std::function<void()> on_done);

  // Calls. Each answers now or later, or throws what is to be answered. `exec_id` is "" for the first process.
  void create(const ctrbox::wire::CreateTaskRequest& request, const ttrpc::Reply& reply);
  void start(const std::string& exec_id, const ttrpc::Reply& reply);
  void exec(const ctrbox::wire::ExecProcessRequest& request, const ttrpc::Reply& reply);
  void wait(const std::string& exec_id, const ttrpc::Reply& reply);
  void kill(const ctrbox::wire::KillRequest& request, const ttrpc::Reply& reply);
  void pause(const ttrpc::Reply& reply) { freeze(TaskMove::pause, reply); }
  void resume(const ttrpc::Reply& reply) { freeze(TaskMove::resume, reply); }
  void checkpoint(const ctrbox::wire::CheckpointTaskRequest& request, const ttrpc::Reply& reply);
  void processes(const ttrpc::Reply& reply);
  void resize(const std::string& exec_id, const core::WindowSize& size) { process(exec_id).stdio().resize(size); }
  void close_stdin(const std::string& exec_id) { process(exec_id).stdio().close_stdin(); }
  void attach(const ctrbox::wire::AttachRequest& request);
  void remove(const std::string& exec_id, const ttrpc::Reply& reply);
  void stats(const ttrpc::Reply& reply) const;
  void update(const ctrbox::wire::UpdateTaskRequest& request, const ttrpc::Reply& reply);
  ctrbox::wire::StateResponse state(const std::string& exec_id);
  std::uint32_t pid() const noexcept { return init_.pid(); }
  TaskState current() const noexcept { return state_; }

  // Happenings.
  /// The last client has gone: what was never started has nobody who could start it.
  void on_no_clients();
  /// This process was asked to go: the container goes first.
  void on_terminate();

 private:
  void prepare(const ctrbox::wire::CreateTaskRequest& request, const ctrbox::wire::OwnedTask& owned);
  StdioPlan stdio_plan(const ctrbox::wire::CreateTaskRequest& request, const ctrbox::wire::OwnedTask& owned) const;
  void on_runtime_created(std::uint32_t status, const ttrpc::Reply& reply);
  void start_init(const ttrpc::Reply& reply);
  /// Without a reply: a restart, which nobody waits for.
  void on_runtime_ran(std::uint32_t status, const std::optional<ttrpc::Reply>& reply);
  void run_init(const std::optional<ttrpc::Reply>& reply);
  void on_runtime_started(std::uint32_t status, const ttrpc::Reply& reply);
  void begin_running(const std::optional<ttrpc::Reply>& reply);
  void fail_start(const core::Error& error, const std::optional<ttrpc::Reply>& reply);
  void adopt_init();
  void on_exit(std::uint32_t status);
  void end_with(const ExitStatus& exit);
  void tell_out_of_memory() noexcept;
  void note_stop(std::uint32_t signal);
  bool wants_restart(const ExitStatus& exit);
  void restart_later();
  void await_restart();
  void restart();
  void stop_restarting();
  void kill_init(const ctrbox::wire::KillRequest& request, const ttrpc::Reply& reply);
  void freeze(TaskMove move, const ttrpc::Reply& reply);
  void remove_exec(const std::string& exec_id, const ttrpc::Reply& reply);
  void on_exec_over(const std::string& exec_id);
  void add_process(ctrbox::wire::PidsResponse& response, std::uint32_t pid) const;
  void on_checkpointed(std::uint32_t status, const ttrpc::Reply& reply);
  core::SpawnOptions restore_command();
  core::Error restore_failure(std::uint32_t status) const;
  void complete_restore();
  std::string criu_work() const;
  void make_criu_work();
  void tear_down(std::function<void()> then);
  void clean_up();
  void run_after_teardown();
  void stop_patience();
  void finish_when_drained();
  void record_late_exit() noexcept;
  Exec& find_exec(const std::string& exec_id);
  Process& process(const std::string& exec_id);
  bool is_owned() const noexcept { return keeper_ == Keeper::ctrbox; }
  TaskRecord record() const;
  /// For those who clean up after a foreign daemon's shim that was killed.
  void keep_account() const;
  void require_living(const char* wanted) const;
  void run_update(const std::string& resources, std::function<void(std::uint32_t status)> then);

  core::EventLoop& loop_;
  Children& children_;
  TaskName name_;
  int bundle_;
  Keeper keeper_;
  std::unique_ptr<Chronicle> chronicle_;
  std::function<void()> on_last_answer_;
  std::function<void()> on_done_;

  TaskState state_ = TaskState::absent;
  bool starting_ = false;       // a start is under way: what comes meanwhile is held back
  bool checkpointing_ = false;  // an exit meanwhile is held back
  bool tearing_down_ = false;
  bool torn_down_ = false;
  bool done_ = false;
  bool exit_recorded_ = true;
  std::vector<std::function<void()>> after_teardown_;
  bool runtime_knows_ = false;  // runc may have state of it
  std::string bundle_path_;
  std::string fifo_directory_;
  std::string restore_from_;  // criu's image, until it was started from it
  std::vector<core::Mount> rootfs_;
  contract::RuntimeOptions runtime_;
  std::optional<runc::Runc> runc_;
  std::string control_group_;
  Process init_;
  std::map<std::string, std::unique_ptr<Exec>> execs_;
  std::optional<std::uint32_t> held_exit_;
  std::vector<std::function<void()>> held_calls_;
  RestartPolicy restart_policy_;
  std::uint32_t stop_signal_ = 0;
  bool stop_asked_ = false;
  bool restarting_ = false;  // between an exit and the next start
  std::uint32_t restarts_ = 0;
  std::uint32_t short_lives_ = 0;
  core::UnixNanos started_at_ = 0;
  StdioPlan restart_plan_;  // nobody's fifos
  core::Fd restart_timer_;
  std::optional<OomWatch> oom_watch_;
  core::Fd patience_;  // with a runtime that is to remove the container
};

}  // namespace ctrbox::runtime::shim
