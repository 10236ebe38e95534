#include "runtime/shim/container.h"

#include <fcntl.h>

#include "core/base/log.h"
#include "core/base/scope_exit.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "core/sys/mount.h"
#include "core/sys/own_process.h"
#include "core/sys/timer.h"
#include "runtime/task/bundle.h"
#include "runtime/task/leftovers.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::uint32_t kKilled = 128 + SIGKILL;
constexpr std::size_t kMaxPidFileBytes = 32;

pid_t read_pid_file(int bundle) { return std::stoi(core::read_file(bundle, kBundlePidFile, kMaxPidFileBytes)); }

void send_exit(const ttrpc::Reply& reply, const ExitStatus& exit) {
  ctrbox::wire::WaitResponse response;
  response.set_exit_status(exit.status);
  wire::set_time(*response.mutable_exited_at(), exit.exited_at);
  reply.send(response);
}

}  // namespace

Container::Container(core::EventLoop& loop, Children& children, TaskName name, int bundle,
                     std::function<void()> on_last_answer, std::function<void()> on_done)
    : loop_(loop),
      children_(children),
      name_(std::move(name)),
      bundle_(bundle),
      on_last_answer_(std::move(on_last_answer)),
      on_done_(std::move(on_done)),
      bundle_path_(name_.paths.task(name_.ns, name_.id)),
      recorder_(name_) {}

void Container::prepare(const ctrbox::wire::CreateTaskRequest& request) {
  paths_ = {request.stdin(), request.stdout(), request.stderr(), request.terminal(), !fifo_directory_.empty()};
  for (const auto& mount : request.rootfs()) rootfs_.push_back(wire::to_mount(mount));
  core::make_directories(name_.paths.runc_root(name_.ns), 0700);
  runc_.emplace(runc::kProgram, name_.paths.runc_root(name_.ns), bundle_path_ + "/" + kBundleLog);
  stdio_ = std::make_unique<Stdio>(loop_, paths_, bundle_, [this] { finish_when_drained(); });
  if (!rootfs_.empty()) core::enter_own_mount_namespace();
  for (const auto& mount : rootfs_) core::mount_at(mount, bundle_path_ + "/" + kBundleRootfs);
}

void Container::create(const ctrbox::wire::CreateTaskRequest& request, const ttrpc::Reply& reply) {
  if (state_ != TaskState::absent || starting_) throw core::already_exists("task " + name_.id + " already exists");
  if (!request.checkpoint().empty()) throw core::not_implemented("restoring a task from a checkpoint");
  ctrbox::wire::OwnedTask owned;
  if (request.options().type_url() == wire::kOwnedTaskUrl) {
    wire::parse(owned, request.options().value());
    owned_ = true;
    recorder_.enable();
    fifo_directory_ = owned.fifo_directory();
  }
  prepare(request);
  if (owned_) {
    state_ = next_state(state_, TaskMove::create);
    reply.send(ctrbox::wire::CreateTaskResponse());
    return;
  }
  auto command = runc_->create(name_.id, kBundlePidFile, stdio_->console_socket());
  command.descriptors = stdio_->descriptors();
  children_.run(command, [this, reply](std::uint32_t status) { on_runtime_created(status, reply); });
  starting_ = runtime_knows_ = true;
}

void Container::on_runtime_created(std::uint32_t status, const ttrpc::Reply& reply) {
  starting_ = false;
  if (status != 0) {
    stdio_->abandon();
    reply.fail(runc_->failure("create", status));
    return;
  }
  state_ = next_state(state_, TaskMove::create);
  adopt_init();
  stdio_->begin();
  ctrbox::wire::CreateTaskResponse response;
  response.set_pid(pid());
  reply.send(response);
  if (held_exit_) on_exit(*held_exit_);
}

void Container::start(const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::start);
  if (starting_) throw core::failed_precondition("task " + name_.id + " is being started already");
  if (runtime_knows_) {
    children_.run(runc_->start(name_.id), [this, reply](std::uint32_t status) { on_runtime_started(status, reply); });
  } else {
    auto command = runc_->run(name_.id, kBundlePidFile, stdio_->console_socket());
    command.descriptors = stdio_->descriptors();
    children_.run(command, [this, reply](std::uint32_t status) { on_runtime_ran(status, reply); });
    runtime_knows_ = true;
  }
  starting_ = true;
  recorder_.prepare();  // while the runtime works
}

void Container::on_runtime_started(std::uint32_t status, const ttrpc::Reply& reply) {
  starting_ = false;
  if (status != 0) {
    reply.fail(runc_->failure("start", status));
  } else {
    state_ = next_state(state_, TaskMove::start);
    ctrbox::wire::StartResponse response;
    response.set_pid(pid());
    reply.send(response);
  }
  for (auto& call : std::exchange(held_calls_, {})) call();
  if (held_exit_) on_exit(*held_exit_);
}

void Container::on_runtime_ran(std::uint32_t status, const ttrpc::Reply& reply) {
  core::failpoint("shim.start.after_run");
  try {
    if (status != 0) throw runc_->failure("create", status);
    adopt_init();
    stdio_->begin();
    recorder_.started(record(), rootfs_);
  } catch (...) {
    fail_start(core::current_error(), reply);
    return;
  }
  starting_ = false;
  state_ = next_state(state_, TaskMove::start);
  ctrbox::wire::StartResponse response;
  response.set_pid(pid());
  reply.send(response);
  for (auto& call : std::exchange(held_calls_, {})) call();
  if (held_exit_) {
    on_exit(*held_exit_);
  } else {
    recorder_.rest();
  }
}

void Container::fail_start(const core::Error& error, const ttrpc::Reply& reply) {
  stdio_->abandon();
  try {
    recorder_.start_failed();
  } catch (...) {
    // The claim is found and given back by whoever looks next.
    core::log::error("start of " + name_.id + ": " + core::current_error().what());
  }
  reply.fail(error);
  starting_ = false;
  held_calls_.clear();
  state_ = next_state(state_, TaskMove::exit);
  exit_ = ExitStatus{kKilled, core::now_ns()};
  for (const auto& waiter : std::exchange(waiters_, {})) waiter.fail(error);
  tear_down([this] { finish_when_drained(); });
}

void Container::adopt_init() {
  const pid_t pid = read_pid_file(bundle_);
  init_ = core::find_process(pid).value_or(core::ProcessIdentity{pid, 0});
  held_exit_ = children_.adopt(pid, [this](std::uint32_t status) { on_exit(status); });
  if (!held_exit_) init_handle_ = core::PidFd::open(init_);
}

void Container::on_exit(std::uint32_t status) {
  if (starting_) {  // the start must be told before the exit
    held_exit_ = status;
    return;
  }
  if (exit_) return;
  end_with({status, core::now_ns()});
}

void Container::end_with(const ExitStatus& exit) {
  state_ = next_state(state_, TaskMove::exit);
  exit_ = exit;
  try {
    recorder_.exited(exit);
  } catch (...) {
    // Those who wait still get the truth; the row is corrected by whoever finds that this shim has gone.
    core::log::error("exit of " + name_.id + ": " + core::current_error().what());
  }
  if (stdio_) stdio_->drain();
  for (const auto& waiter : std::exchange(waiters_, {})) send_exit(waiter, exit);
  if (owned_) tear_down([this] { finish_when_drained(); });
}

void Container::wait(const ttrpc::Reply& reply) {
  if (state_ == TaskState::absent) throw core::failed_precondition("container must be created");
  if (exit_) {
    send_exit(reply, *exit_);
  } else {
    waiters_.push_back(reply);
  }
}

void Container::on_no_clients() {
  const bool never_started = state_ == TaskState::absent || (owned_ && state_ == TaskState::created);
  if (!never_started || starting_ || tearing_down_) return;
  if (state_ == TaskState::absent) {
    on_done_();
    return;
  }
  stdio_->abandon();
  end_with({kKilled, core::now_ns()});
}

void Container::on_terminate() {
  if (init_handle_ && !exit_) {
    init_handle_->send_signal(SIGKILL);
    if (owned_) thaw_container(name_);
  } else if (state_ == TaskState::absent) {
    on_done_();
  }
}

void Container::tear_down(std::function<void()> then) {
  if (std::exchange(tearing_down_, true)) return;
  core::failpoint("shim.teardown.begin");
  const auto unmount = [this, then = std::move(then)](std::uint32_t status) {
    stop_patience();
    if (status != 0) core::log::error(runc_->failure("delete", status).what());
    try {
      // Of a container that others have specified only its runtime knows the groups.
      if (owned_ && runtime_knows_) remove_runtime_leftovers(name_);
      core::unmount_all(bundle_path_ + "/" + kBundleRootfs);
      recorder_.remove_files();
    } catch (...) {
      core::log::error("cleaning up after " + name_.id + ": " + core::current_error().what());
    }
    torn_down_ = true;
    then();
  };
  if (owned_) {
    on_last_answer_();
    core::lower_priority();  // nobody waits for what follows
  }
  if (!runtime_knows_) {
    unmount(0);
  } else {
    const pid_t command = children_.run(runc_->remove(name_.id), unmount);
    patience_ = core::make_timer(kRuntimePatience);
    loop_.add(patience_.get(), EPOLLIN, [this, command](std::uint32_t) {
      stop_patience();
      children_.kill(command);
    });
  }
}

void Container::stop_patience() {
  if (patience_) loop_.remove(patience_.get());
  patience_.reset();
}

void Container::finish_when_drained() {
  if (!owned_ || !torn_down_ || !stdio_->output_ended()) return;
  recorder_.rest();
  stdio_.reset();
  try {
    if (!fifo_directory_.empty()) core::remove_tree(AT_FDCWD, fifo_directory_);
    remove_bundle(bundle_path_);
  } catch (...) {
    core::log::error("cleaning up after " + name_.id + ": " + core::current_error().what());
  }
  on_done_();
}

TaskRecord Container::record() const {
  TaskRecord record;
  record.id = name_.id;
  record.bundle = bundle_path_;
  record.shim = core::this_process();
  record.init = init_;
  record.io = {paths_.in, paths_.out, paths_.err, paths_.terminal};
  return record;
}

}  // namespace ctrbox::runtime::shim
