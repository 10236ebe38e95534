#include "runtime/shim/process.h"

#include <signal.h>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kMaxPidFileBytes = 32;

pid_t read_pid_file(int bundle, const std::string& name) {
  return std::stoi(core::read_file(bundle, name, kMaxPidFileBytes));
}

void send_exit(const ttrpc::Reply& reply, const ExitStatus& exit) {
  ctrbox::wire::WaitResponse response;
  response.set_exit_status(exit.status);
  wire::set_time(*response.mutable_exited_at(), exit.exited_at);
  reply.send(response);
}

}  // namespace

Process::Process(core::EventLoop& loop, Children& children, const TaskName& task, int bundle)
    : loop_(loop), children_(children), task_(task), bundle_(bundle) {}

void Process::open(StdioPlan plan, const std::string& name, std::function<void()> on_drained) {
  stdio_ = std::make_unique<Stdio>(loop_, children_, task_, std::move(plan), bundle_, name, std::move(on_drained));
}

void Process::renew() {
  stdio_.reset();
  identity_ = {};
  handle_.reset();
  exit_.reset();
}

core::SpawnOptions Process::with_streams(core::SpawnOptions command) const {
  command.descriptors = stdio_->descriptors();
  return command;
}

Stdio& Process::stdio() {
  if (!stdio_) throw core::failed_precondition("container must be created");
  return *stdio_;
}

std::optional<std::uint32_t> Process::adopt(const std::string& pid_file, Children::OnExit on_exit) {
  const pid_t pid = read_pid_file(bundle_, pid_file);
  identity_ = core::find_process(pid).value_or(core::ProcessIdentity{pid, 0});
  const auto ended = children_.adopt(pid, std::move(on_exit));
  if (!ended) handle_ = core::PidFd::open(identity_);
  stdio_->begin();
  return ended;
}

void Process::kill_left(const std::string& pid_file) const noexcept {
  try {
    const auto process = core::find_process(read_pid_file(bundle_, pid_file));
    if (!process) return;
    if (const auto handle = core::PidFd::open(*process)) handle->send_signal(SIGKILL);
  } catch (...) {
    // It did not get as far as a pid file.
  }
}

bool Process::send_signal(std::uint32_t signal) const {
  // It is our child and not reaped, and the handle is on it alone: no command is needed to reach it.
  return handle_ && !exit_ && handle_->send_signal(static_cast<int>(signal));
}

void Process::wait(const ttrpc::Reply& reply) {
  if (exit_) {
    send_exit(reply, *exit_);
  } else {
    wait_for_next(reply);
  }
}

void Process::wait_for_next(const ttrpc::Reply& reply) {
  std::erase_if(waiters_, [](const ttrpc::Reply& waiter) { return !waiter.is_reachable(); });
  waiters_.push_back(reply);
}

void Process::answer_waiters() {
  for (const auto& waiter : std::exchange(waiters_, {})) send_exit(waiter, *exit_);
}

void Process::fail_waiters(const core::Error& error) {
  for (const auto& waiter : std::exchange(waiters_, {})) waiter.fail(error);
}

core::events::TaskIo Process::io() const {
  if (!stdio_) return {};
  const StdioPlan& plan = stdio_->plan();
  return {plan.in, plan.out, plan.err, plan.terminal};
}

void Process::describe(ctrbox::wire::StateResponse& state) const {
  state.set_pid(pid());
  const auto streams = io();
  state.set_stdin(streams.stdin_path);
  state.set_stdout(streams.stdout_path);
  state.set_stderr(streams.stderr_path);
  state.set_terminal(streams.terminal);
  if (exit_) {
    state.set_exit_status(exit_->status);
    wire::set_time(*state.mutable_exited_at(), exit_->exited_at);
  }
}

}  // namespace ctrbox::runtime::shim
