#include "runtime/shim/exec.h"

#include <fcntl.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/base/log.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr const char* kProcessFile = ".json";
constexpr const char* kPidFile = ".pid";
constexpr const char* kLogFile = ".log";

StdioPlan plan_of(const ctrbox::wire::ExecProcessRequest& request) {
  StdioPlan plan;
  plan.in = request.stdin();
  plan.out = request.stdout();
  plan.err = request.stderr();
  plan.terminal = request.terminal();
  return plan;
}

void check_process(const std::string& process) {
  if (!nlohmann::json::parse(process, nullptr, false).is_object())
    throw core::invalid_argument("the process to execute is no JSON object");
}

}  // namespace

Exec::Exec(const ExecSurroundings& around, const ctrbox::wire::ExecProcessRequest& request,
           std::function<void()> on_over)
    : around_(around),
      id_(request.exec_id()),
      on_over_(std::move(on_over)),
      process_(around.loop, around.children, around.task, around.bundle),
      runc_(around.runc.with_log(around.bundle_path + "/" + file(kLogFile))) {
  check_process(request.spec().value());
  process_.open(plan_of(request), "exec-" + id_, [this] { on_drained(); });
  const core::Fd spec =
      core::open_at(around_.bundle, file(kProcessFile), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, kPrivateFile);
  core::write_all(spec.get(), request.spec().value());
}

Exec::~Exec() { remove_files(); }

void Exec::remove_files() noexcept {
  try {
    for (const char* suffix : {kProcessFile, kPidFile, kLogFile}) core::remove_file(around_.bundle, file(suffix));
  } catch (...) {
    // They go with the bundle.
  }
}

void Exec::start(const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::start);
  if (starting_) throw core::failed_precondition("process " + id_ + " is being started already");
  const auto command =
      runc_.exec(around_.task.id, file(kProcessFile), file(kPidFile), process_.stdio().console_socket());
  around_.children.run(process_.with_streams(command),
                       [this, reply](std::uint32_t status) { on_started(status, reply); });
  starting_ = true;
  around_.chronicle.prepare();  // while the runtime works
}

void Exec::on_started(std::uint32_t status, const ttrpc::Reply& reply) {
  core::failpoint("shim.exec.after_run");
  starting_ = false;
  std::optional<std::uint32_t> ended;
  try {
    if (status != 0) {
      process_.kill_left(file(kPidFile));
      throw runc_.failure("exec", status);
    }
    ended = process_.adopt(file(kPidFile), [this](std::uint32_t exit) { on_exit(exit); });
    state_ = next_state(state_, TaskMove::start);
    around_.chronicle.exec_started(identity());
  } catch (...) {
    fail_start(core::current_error(), reply);
    return;
  }
  remove_files();
  ctrbox::wire::StartResponse response;
  response.set_pid(process_.pid());
  reply.send(response);
  if (ended) {
    on_exit(*ended);
  } else {
    around_.chronicle.rest();
  }
}

void Exec::fail_start(const core::Error& error, const ttrpc::Reply& reply) {
  // It may run although something of ours failed: nobody would know of it.
  process_.send_signal(SIGKILL);
  around_.children.disown(process_.identity().pid);
  process_.stdio().abandon();
  reply.fail(error);
  process_.fail_waiters(error);
  state_ = TaskState::removed;
  around_.chronicle.rest();
  tell_over();
}

void Exec::on_exit(std::uint32_t status) {
  if (!is_legal(state_, TaskMove::exit)) return;
  state_ = next_state(state_, TaskMove::exit);
  process_.end({status, core::now_ns()});
  core::failpoint("shim.exec.before_exit_record");
  try {
    around_.chronicle.exec_exited(identity(), *process_.exit());
  } catch (...) {
    core::log::error("exit of process " + id_ + ": " + core::current_error().what());
  }
  process_.stdio().finish(Rest::dropped);
  process_.answer_waiters();
  around_.chronicle.rest();
  on_drained();
}

void Exec::on_drained() {
  if (process_.exit() && process_.is_drained()) tell_over();
}

void Exec::tell_over() {
  if (!std::exchange(over_, true)) around_.loop.later(on_over_);
}

void Exec::kill(std::uint32_t signal) {
  if (starting_) throw core::failed_precondition("process " + id_ + " is being started");
  next_state(state_, TaskMove::kill);
  if (!process_.send_signal(signal)) throw core::not_found("process already finished");
}

ctrbox::wire::StateResponse Exec::describe(const std::string& container_id) const {
  ctrbox::wire::StateResponse state;
  state.set_id(container_id);
  state.set_exec_id(id_);
  state.set_bundle(around_.bundle_path);
  process_.describe(state);
  return state;
}

}  // namespace ctrbox::runtime::shim
