// The calls that act on a task which is there already; container.cpp holds its life.
#include <fcntl.h>
#include <signal.h>

#include "core/base/ids.h"
#include "core/sys/cgroup.h"
#include "core/sys/file.h"
#include "runtime/shim/container.h"
#include "runtime/task/leftovers.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kMaxProcessListBytes = 1 << 20;
constexpr std::size_t kMaxExecs = 1000;

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

ctrbox::wire::DeleteResponse removal_of(const Process& process, const ExitStatus& exit) {
  ctrbox::wire::DeleteResponse response;
  response.set_pid(process.pid());
  response.set_exit_status(exit.status);
  wire::set_time(*response.mutable_exited_at(), exit.exited_at);
  return response;
}

}  // namespace

Exec& Container::find_exec(const std::string& exec_id) {
  const auto found = execs_.find(exec_id);
  if (found == execs_.end()) throw core::not_found("process " + exec_id + " not found");
  return *found->second;
}

Process& Container::process(const std::string& exec_id) {
  return exec_id.empty() ? init_ : find_exec(exec_id).process();
}

void Container::exec(const ctrbox::wire::ExecProcessRequest& request, const ttrpc::Reply& reply) {
  const std::string& id = request.exec_id();
  if (id.empty()) throw core::invalid_argument("exec id cannot be empty");
  core::check_identifier(id);
  if (state_ != TaskState::running || starting_)
    throw core::failed_precondition(std::string("cannot exec in a task that is ") + to_string(state_));
  if (execs_.count(id) != 0) throw core::already_exists("exec id " + id + " already exists");
  if (execs_.size() >= kMaxExecs) throw core::resource_exhausted("too many processes beside the container's own");
  const ExecSurroundings around{loop_, children_, *chronicle_, name_, bundle_, bundle_path_, *runc_};
  execs_.emplace(id, std::make_unique<Exec>(around, request, [this, id] { on_exec_over(id); }));
  chronicle_->exec_added(id);
  reply.send(ctrbox::wire::Empty());
}

void Container::on_exec_over(const std::string& exec_id) {
  // A foreign daemon asks for its exit and removes it; of ours the events tell.
  const auto found = execs_.find(exec_id);
  if (found == execs_.end() || (!is_owned() && found->second->process().exit())) return;
  execs_.erase(found);
  finish_when_drained();
}

void Container::attach(const ctrbox::wire::AttachRequest& request) {
  if (process(request.exec_id()).exit()) throw core::not_found("process already finished");
  process(request.exec_id()).stdio().attach(request.stdin(), request.stdout(), request.stderr());
}

void Container::kill(const ctrbox::wire::KillRequest& request, const ttrpc::Reply& reply) {
  if (request.exec_id().empty()) {
    kill_init(request, reply);
  } else {
    find_exec(request.exec_id()).kill(request.signal());
    reply.send(ctrbox::wire::Empty());
  }
}

void Container::kill_init(const ctrbox::wire::KillRequest& request, const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::kill);
  note_stop(request.signal());
  if (restarting_ && !starting_) {
    if (stop_asked_) stop_restarting();
    reply.send(ctrbox::wire::Empty());
    return;
  }
  if (starting_) {
    held_calls_.emplace_back([this, request, reply] {
      try {
        kill_init(request, reply);
      } catch (...) {
        reply.fail(core::current_error());
      }
    });
    return;
  }
  if (request.all()) {
    children_.run(runc_->kill_all(name_.id, request.signal()), [this, reply](std::uint32_t status) {
      if (status == 0) {
        reply.send(ctrbox::wire::Empty());
      } else if (init_.exit()) {
        reply.fail(core::not_found("process already finished"));
      } else {
        reply.fail(runc_->failure("kill", status));
      }
    });
    return;
  }
  if (!init_.send_signal(request.signal())) throw core::not_found("process already finished");
  // Frozen by anybody, it would die only once it is let go on.
  if (request.signal() == SIGKILL) core::thaw_cgroups(control_group_);
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
        chronicle_->paused(move == TaskMove::pause);
        chronicle_->rest();
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
        add_process(response, process);
      reply.send(response);
    } catch (...) {
      reply.fail(core::current_error());
    }
  });
}

void Container::add_process(ctrbox::wire::PidsResponse& response, std::uint32_t pid) const {
  auto& process = *response.add_processes();
  process.set_pid(pid);
  for (const auto& [id, exec] : execs_) {
    if (exec->identity().pid != pid) continue;
    ctrbox::wire::ProcessDetails details;
    details.set_exec_id(id);
    process.mutable_info()->set_type_url(wire::kProcessDetailsUrl);
    details.SerializeToString(process.mutable_info()->mutable_value());
  }
}

ctrbox::wire::StateResponse Container::state(const std::string& exec_id) {
  if (state_ == TaskState::absent) throw core::failed_precondition("container must be created");
  ctrbox::wire::StateResponse response;
  if (exec_id.empty()) {
    response.set_id(name_.id);
    response.set_bundle(bundle_path_);
    response.set_status(to_wire(state_));
    init_.describe(response);
  } else {
    Exec& exec = find_exec(exec_id);
    response = exec.describe(name_.id);
    // What runs beside a frozen process is frozen as well.
    const bool frozen = state_ == TaskState::paused && exec.state() == TaskState::running;
    response.set_status(frozen ? ctrbox::wire::PAUSED : to_wire(exec.state()));
  }
  return response;
}

void Container::remove(const std::string& exec_id, const ttrpc::Reply& reply) {
  if (is_owned()) throw core::failed_precondition("this task is removed by its record, not by a call");
  if (!exec_id.empty()) {
    remove_exec(exec_id, reply);
    return;
  }
  next_state(state_, TaskMove::remove);
  tear_down([this, reply] {
    const ExitStatus exit = init_.exit().value_or(ExitStatus{128 + SIGKILL, core::now_ns()});
    if (state_ != TaskState::removed) {  // another call may have been answered before this one
      state_ = next_state(state_, TaskMove::remove);
      chronicle_->removed(record(), exit);
    }
    reply.send(removal_of(init_, exit));
  });
}

void Container::remove_exec(const std::string& exec_id, const ttrpc::Reply& reply) {
  Exec& exec = find_exec(exec_id);
  if (exec.is_starting()) throw core::failed_precondition("process " + exec_id + " is being started");
  next_state(exec.state(), TaskMove::remove);
  const auto response = removal_of(exec.process(), exec.process().exit().value_or(ExitStatus{0, core::now_ns()}));
  execs_.erase(exec_id);
  reply.send(response);
}

}  // namespace ctrbox::runtime::shim
