#include "runtime/shim/container.h"

#include <fcntl.h>
#include <signal.h>

#include "core/base/log.h"
#include "core/sys/cgroup.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "core/sys/mount.h"
#include "core/sys/own_process.h"
#include "core/sys/timer.h"
#include "runtime/shim/contract/account.h"
#include "runtime/task/bundle.h"
#include "runtime/task/leftovers.h"
#include "runtime/task/start_failure.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::uint32_t kKilled = 128 + SIGKILL;
constexpr const char* kNoLog = "none";

}  // namespace

Container::Container(core::EventLoop& loop, Children& children, TaskName name, int bundle, Keeper keeper,
                     std::unique_ptr<Chronicle> chronicle, std::function<void()> on_last_answer,
                     std::function<void()> on_done)
    : loop_(loop),
      children_(children),
      name_(std::move(name)),
      bundle_(bundle),
      keeper_(keeper),
      chronicle_(std::move(chronicle)),
      on_last_answer_(std::move(on_last_answer)),
      on_done_(std::move(on_done)),
      init_(loop, children, name_, bundle) {}

StdioPlan Container::stdio_plan(const ctrbox::wire::CreateTaskRequest& request,
                                const ctrbox::wire::OwnedTask& owned) const {
  StdioPlan plan;
  plan.in = request.stdin();
  plan.out = request.stdout();
  plan.err = request.stderr();
  plan.terminal = request.terminal();
  plan.one_client = !owned.fifo_directory().empty();
  plan.attachable = is_owned();
  plan.open_stdin = owned.open_stdin();
  if (is_owned() && owned.log_uri().empty()) plan.log_directory = name_.paths.logs(name_.ns, name_.id);
  if (owned.log_uri() != kNoLog) plan.log_uri = owned.log_uri();
  return plan;
}

void Container::prepare(const ctrbox::wire::CreateTaskRequest& request, const ctrbox::wire::OwnedTask& owned) {
  bundle_path_ = is_owned() ? name_.paths.task(name_.ns, name_.id) : request.bundle();
  fifo_directory_ = owned.fifo_directory();
  for (const auto& mount : request.rootfs()) rootfs_.push_back(wire::to_mount(mount));
  if (is_owned()) {
    runtime_.root = name_.paths.runc_root(name_.ns);
    control_group_ = owned.control_group();
    if (!owned.runtime().empty()) runtime_.program = owned.runtime();
  } else {
    runtime_ = contract::read_options(request.options(), name_.ns);
  }
  core::make_directories(runtime_.root, 0700);
  runc_.emplace(runtime_.program, runtime_.root, bundle_path_ + "/" + kBundleLog, runtime_.flags);
  keep_account();
  init_.open(stdio_plan(request, owned), "init", [this] { loop_.later([this] { finish_when_drained(); }); });
  restart_policy_ = parse_restart_policy(owned.restart_policy());
  stop_signal_ = owned.stop_signal();
  restart_plan_ = init_.stdio().plan();
  restart_plan_.in.clear();
  restart_plan_.out.clear();
  restart_plan_.err.clear();
  restart_plan_.one_client = false;
  if (!rootfs_.empty()) core::enter_own_mount_namespace();
  for (const auto& mount : rootfs_) core::mount_at(mount, bundle_path_ + "/" + kBundleRootfs);
}

void Container::create(const ctrbox::wire::CreateTaskRequest& request, const ttrpc::Reply& reply) {
  if (state_ != TaskState::absent || starting_) throw core::already_exists("task " + name_.id + " already exists");
  restore_from_ = request.checkpoint();
  ctrbox::wire::OwnedTask owned;
  if (is_owned() && request.options().type_url() == wire::kOwnedTaskUrl) wire::parse(owned, request.options().value());
  prepare(request, owned);
  if (is_owned() || !restore_from_.empty()) {
    state_ = next_state(state_, TaskMove::create);
    if (!is_owned()) chronicle_->created(record(), rootfs_);
    reply.send(ctrbox::wire::CreateTaskResponse());
    return;
  }
  const auto command = runc_->create(name_.id, kBundlePidFile, init_.stdio().console_socket());
  children_.run(init_.with_streams(command),
                [this, reply](std::uint32_t status) { on_runtime_created(status, reply); });
  starting_ = runtime_knows_ = true;
}

void Container::on_runtime_created(std::uint32_t status, const ttrpc::Reply& reply) {
  starting_ = false;
  if (status != 0) {
    init_.stdio().abandon();
    reply.fail(runc_->failure("create", status));
    return;
  }
  state_ = next_state(state_, TaskMove::create);
  adopt_init();
  keep_account();
  chronicle_->created(record(), rootfs_);
  ctrbox::wire::CreateTaskResponse response;
  response.set_pid(pid());
  reply.send(response);
  if (held_exit_) on_exit(*held_exit_);
}

void Container::start(const std::string& exec_id, const ttrpc::Reply& reply) {
  if (exec_id.empty()) {
    start_init(reply);
  } else {
    find_exec(exec_id).start(reply);
  }
}

void Container::start_init(const ttrpc::Reply& reply) {
  next_state(state_, TaskMove::start);
  if (starting_) throw core::failed_precondition("task " + name_.id + " is being started already");
  if (runtime_knows_) {
    children_.run(runc_->start(name_.id), [this, reply](std::uint32_t status) { on_runtime_started(status, reply); });
  } else {
    run_init(reply);
  }
  starting_ = true;
  chronicle_->prepare();  // while the runtime works
}

void Container::run_init(const std::optional<ttrpc::Reply>& reply) {
  // The name is this root's alone, the group the whole host's: whoever is in it would be ended with the container.
  if (is_owned() && core::has_processes(control_group_))
    throw core::failed_precondition("control group " + control_group_ + " is in use by others");
  const auto command =
      restore_from_.empty() ? runc_->run(name_.id, kBundlePidFile, init_.stdio().console_socket()) : restore_command();
  children_.run(init_.with_streams(command), [this, reply](std::uint32_t status) { on_runtime_ran(status, reply); });
  starting_ = runtime_knows_ = true;
}

void Container::on_runtime_started(std::uint32_t status, const ttrpc::Reply& reply) {
  if (status == 0) {
    chronicle_->started(record(), rootfs_);
    begin_running(reply);
    return;
  }
  starting_ = false;
  reply.fail(runc_->failure("start", status));
  for (auto& call : std::exchange(held_calls_, {})) call();
  if (held_exit_) on_exit(*held_exit_);
}

void Container::on_runtime_ran(std::uint32_t status, const std::optional<ttrpc::Reply>& reply) {
  core::failpoint("shim.start.after_run");
  try {
    if (status != 0) throw restore_from_.empty() ? runc_->failure("create", status) : restore_failure(status);
    adopt_init();
    if (!restore_from_.empty()) complete_restore();
    if (reply) {
      chronicle_->started(record(), rootfs_);
    } else {
      chronicle_->restarted(record());
    }
  } catch (...) {
    fail_start(core::current_error(), reply);
    return;
  }
  begin_running(reply);
}

void Container::begin_running(const std::optional<ttrpc::Reply>& reply) {
  starting_ = restarting_ = false;
  started_at_ = core::now_ns();
  state_ = next_state(state_, TaskMove::start);
  ctrbox::wire::StartResponse response;
  response.set_pid(pid());
  if (reply) reply->send(response);
  for (auto& call : std::exchange(held_calls_, {})) call();
  if (held_exit_) {
    on_exit(*held_exit_);
  } else {
    chronicle_->rest();
  }
}

void Container::fail_start(const core::Error& error, const std::optional<ttrpc::Reply>& reply) {
  init_.stdio().abandon();
  if (!reply) {
    core::log::error("start of " + name_.id + ": " + error.what());
    starting_ = false;
    end_with({static_cast<std::uint32_t>(exit_code_of_start_failure(error)), core::now_ns()});
    return;
  }
  try {
    chronicle_->start_failed();
  } catch (...) {
    // The claim is found and given back by whoever looks next.
    core::log::error("start of " + name_.id + ": " + core::current_error().what());
  }
  reply->fail(error);
  starting_ = false;
  held_calls_.clear();
  state_ = next_state(state_, TaskMove::exit);
  init_.end({kKilled, core::now_ns()});
  init_.fail_waiters(error);
  tear_down([this] { finish_when_drained(); });
}

void Container::adopt_init() {
  held_exit_.reset();
  held_exit_ = init_.adopt(kBundlePidFile, [this](std::uint32_t status) { on_exit(status); });
  if (!held_exit_) oom_watch_.emplace(loop_, init_.identity().pid, [this] { tell_out_of_memory(); });
}

void Container::tell_out_of_memory() noexcept {
  try {
    chronicle_->out_of_memory();
    if (!starting_) chronicle_->rest();
  } catch (...) {
    core::log::error("memory of " + name_.id + ": " + core::current_error().what());
  }
}

void Container::on_exit(std::uint32_t status) {
  if (starting_ || checkpointing_) {  // these must be told before the exit
    held_exit_ = status;
    return;
  }
  if (init_.exit()) return;
  end_with({status, core::now_ns()});
}

void Container::end_with(const ExitStatus& exit) {
  if (oom_watch_) oom_watch_->look();
  oom_watch_.reset();
  state_ = next_state(state_, TaskMove::exit);
  init_.end(exit);
  bool again = false;
  try {
    again = wants_restart(exit) && chronicle_->exited_to_restart(record(), exit);
    if (!again) chronicle_->exited(record(), exit);
    keep_account();
  } catch (...) {
    // Those who wait still get the truth; it is tried once more before this shim ends.
    exit_recorded_ = false;
    core::log::error("exit of " + name_.id + ": " + core::current_error().what());
  }
  if (init_.has_streams()) init_.stdio().drain();
  init_.answer_waiters();
  if (again) {
    restart_later();
  } else if (is_owned()) {
    tear_down([this] { finish_when_drained(); });
  }
}

void Container::wait(const std::string& exec_id, const ttrpc::Reply& reply) {
  if (exec_id.empty() && state_ == TaskState::absent) throw core::failed_precondition("container must be created");
  if (exec_id.empty() && restarting_) {
    init_.wait_for_next(reply);
  } else {
    process(exec_id).wait(reply);
  }
}

void Container::on_no_clients() {
  for (auto exec = execs_.begin(); exec != execs_.end();) {
    const bool never_started = is_owned() && exec->second->state() == TaskState::created;
    exec = never_started && !exec->second->is_starting() ? execs_.erase(exec) : std::next(exec);
  }
  if (!is_owned()) return;
  loop_.later([this] { finish_when_drained(); });
  const bool never_started = state_ == TaskState::absent || state_ == TaskState::created;
  if (!never_started || starting_ || restarting_ || tearing_down_) return;
  if (state_ == TaskState::absent) {
    on_done_();
    return;
  }
  init_.stdio().abandon();
  end_with({kKilled, core::now_ns()});
}

void Container::on_terminate() {
  stop_asked_ = true;
  if (restarting_ && !starting_) {
    stop_restarting();
  } else if (init_.send_signal(SIGKILL)) {
    core::thaw_cgroups(control_group_);
  } else if (state_ == TaskState::absent) {
    on_done_();
  }
}

void Container::tear_down(std::function<void()> then) {
  after_teardown_.push_back(std::move(then));
  if (torn_down_) run_after_teardown();
  if (std::exchange(tearing_down_, true)) return;
  core::failpoint("shim.teardown.begin");
  const auto finish = [this](std::uint32_t status) {
    stop_patience();
    if (status != 0) core::log::error(runc_->failure("delete", status).what());
    clean_up();
    run_after_teardown();
  };
  if (is_owned()) {
    on_last_answer_();
    core::lower_priority();  // nobody waits for what follows
  }
  if (!runtime_knows_) {
    finish(0);
  } else {
    const pid_t command = children_.run(runc_->remove(name_.id), finish);
    patience_ = core::make_timer(kRuntimePatience);
    loop_.add(patience_.get(), EPOLLIN, [this, command](std::uint32_t) {
      stop_patience();
      children_.kill(command);
    });
  }
}

void Container::clean_up() {
  try {
    // Of a container that others have specified only its runtime knows the groups.
    if (is_owned() && runtime_knows_) remove_runtime_leftovers(name_, control_group_);
    core::unmount_all(bundle_path_ + "/" + kBundleRootfs);
    chronicle_->remove_files();
    // All of the container's processes are dead. Who else may hold their streams open is not waited for.
    if (init_.has_streams()) init_.stdio().finish(Rest::ended);
  } catch (...) {
    core::log::error("cleaning up after " + name_.id + ": " + core::current_error().what());
  }
  torn_down_ = true;
}

void Container::run_after_teardown() {
  for (const auto& action : std::exchange(after_teardown_, {})) action();
}

void Container::stop_patience() {
  if (patience_) loop_.remove(patience_.get());
  patience_.reset();
}

void Container::record_late_exit() noexcept {
  if (exit_recorded_ || !init_.exit()) return;
  try {
    chronicle_->exited(record(), *init_.exit());
    chronicle_->remove_files();
  } catch (...) {
    // Whoever finds that this shim has gone records what is known then.
    core::log::error("exit of " + name_.id + ": " + core::current_error().what());
  }
}

void Container::finish_when_drained() {
  if (done_ || !is_owned() || !torn_down_ || !init_.is_drained() || !execs_.empty()) return;
  done_ = true;
  record_late_exit();
  chronicle_->rest();
  init_.close_streams();
  try {
    if (!fifo_directory_.empty()) core::remove_tree(AT_FDCWD, fifo_directory_);
    remove_bundle(bundle_path_);
  } catch (...) {
    core::log::error("cleaning up after " + name_.id + ": " + core::current_error().what());
  }
  on_done_();
}

void Container::keep_account() const {
  if (is_owned()) return;
  contract::Account account{.runtime = runtime_.program,
                            .runtime_root = runtime_.root,
                            .flags = runtime_.flags,
                            .init = init_.identity(),
                            .exit_status = std::nullopt};
  if (const auto& exit = init_.exit()) {
    account.exit_status = exit->status;
    account.exited_at = exit->exited_at;
  }
  contract::write_account(bundle_, account);
}

TaskRecord Container::record() const {
  TaskRecord record;
  record.id = name_.id;
  record.bundle = bundle_path_;
  record.shim = core::this_process();
  record.init = init_.identity();
  record.io = init_.io();
  return record;
}

}  // namespace ctrbox::runtime::shim
