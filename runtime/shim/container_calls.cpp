// The calls that act on a task which is there already; container.cpp holds its life.
#include <fcntl.h>
#include <signal.h>

#include "core/sys/file.h"
#include "runtime/shim/container.h"
#include "runtime/task/leftovers.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kMaxProcessListBytes = 1 << 20;

ctrbox::wire::ProcessStatus to_wire(TaskState state) {
  switch (state) {
    case TaskState::created: return ctrbox::wire::CREATED;
    case TaskState::running: return ctrbox::wire::RUNNING;
    case TaskState::paused: return ctrbox::wire::PAUSED;
    case TaskState::stopped: return ctrbox::wire::STOPPED;
    case TaskState::absent:
    case TaskState::removed: break;
  }
  return ctrbox::wire::UNKNOWN;
}

}  // namespace

void Container::kill(std::uint32_t signal, bool all, const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::kill);
  if (starting_) {
    held_calls_.emplace_back([this, signal, all, reply] {
      try {
        kill(signal, all, reply);
      } catch (...) {
        reply.fail(core::current_error());
      }
    });
    return;
  }
  if (all) {
    children_.run(runc_->kill_all(name_.id, signal), [this, reply](std::uint32_t status) {
      if (status == 0) {
        reply.send(ctrbox::wire::Empty());
      } else {
        reply.fail(runc_->failure("kill", status));
      }
    });
    return;
  }
  // The process is our child and not reaped, and the handle is on it alone: no command is needed to reach it.
  if (!init_handle_ || !init_handle_->send_signal(static_cast<int>(signal)))
    throw core::not_found("process already finished");
  // Frozen by anybody, it would die only once it is let go on.
  if (owned_ && signal == SIGKILL) thaw_container(name_);
  reply.send(ctrbox::wire::Empty());
}

void Container::freeze(TaskMove move, const ttrpc::Reply& reply) {
  next_state(state_, move);
  const auto command = move == TaskMove::pause ? runc_->pause(name_.id) : runc_->resume(name_.id);
  children_.run(command, [this, move, reply](std::uint32_t status) {
    if (status != 0) {
      reply.fail(runc_->failure(to_string(move), status));
      return;
    }
    try {
      if (is_legal(state_, move)) {  // it may have ended meanwhile
        state_ = next_state(state_, move);
        recorder_.paused(move == TaskMove::pause);
        recorder_.rest();
      }
      reply.send(ctrbox::wire::Empty());
    } catch (...) {
      reply.fail(core::current_error());
    }
  });
}

void Container::processes(const ttrpc::Reply& reply) {
  if (state_ != TaskState::running && state_ != TaskState::paused && state_ != TaskState::created)
    throw core::failed_precondition(std::string("a task that is ") + to_string(state_) + " has no processes");
  auto command = runc_->processes(name_.id);
  // A file and not a pipe: the list may be longer than a pipe holds.
  auto output = std::make_shared<core::Fd>(core::open_at(AT_FDCWD, ".", O_TMPFILE | O_RDWR, 0600));
  command.descriptors = {{output->get(), 1}};
  children_.run(command, [this, output, reply](std::uint32_t status) {
    try {
      if (status != 0) throw runc_->failure("ps", status);
      ctrbox::wire::PidsResponse response;
      const std::string path = "/proc/self/fd/" + std::to_string(output->get());
      for (const auto process : runc::parse_processes(core::read_file(AT_FDCWD, path, kMaxProcessListBytes)))
        response.add_processes()->set_pid(process);
      reply.send(response);
    } catch (...) {
      reply.fail(core::current_error());
    }
  });
}

void Container::resize(const core::WindowSize& size) {
  if (!stdio_) throw core::failed_precondition("container must be created");
  stdio_->resize(size);
}

void Container::close_stdin() {
  if (!stdio_) throw core::failed_precondition("container must be created");
  stdio_->close_stdin();
}

ctrbox::wire::StateResponse Container::state() const {
  if (state_ == TaskState::absent) throw core::failed_precondition("container must be created");
  ctrbox::wire::StateResponse response;
  response.set_id(name_.id);
  response.set_bundle(bundle_path_);
  response.set_pid(pid());
  response.set_status(to_wire(state_));
  response.set_stdin(paths_.in);
  response.set_stdout(paths_.out);
  response.set_stderr(paths_.err);
  response.set_terminal(paths_.terminal);
  if (exit_) {
    response.set_exit_status(exit_->status);
    wire::set_time(*response.mutable_exited_at(), exit_->exited_at);
  }
  return response;
}

void Container::remove(const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::remove);
  if (owned_) throw core::failed_precondition("this task is removed by its record, not by a call");
  const auto answer = [this, reply] {
    state_ = next_state(state_, TaskMove::remove);
    const ExitStatus exit = exit_.value_or(ExitStatus{128 + SIGKILL, core::now_ns()});
    ctrbox::wire::DeleteResponse response;
    response.set_pid(pid());
    response.set_exit_status(exit.status);
    wire::set_time(*response.mutable_exited_at(), exit.exited_at);
    reply.send(response);
  };
  tear_down(answer);
}

}  // namespace ctrbox::runtime::shim
