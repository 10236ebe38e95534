#include "runtime/task/task.h"

#include <fcntl.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "core/sys/spawn.h"
#include "core/sys/unix_socket.h"
#include "runtime/shim/serve.h"
#include "runtime/task/bundle.h"
#include "runtime/task/client.h"
#include "runtime/task/record.h"
#include "runtime/task/recovery.h"

namespace ctrbox::runtime {
namespace {

namespace messages = ctrbox::wire;
using state::Durability;
using state::Transaction;

constexpr mode_t kPrivate = 0700;
constexpr int kSettleAttempts = 1000;
constexpr std::chrono::milliseconds kSettlePause{2};

core::Error no_running_task(const std::string& id) {
  return core::not_found("no running task found: task " + id + " not found");
}

/// A row of a task that nobody looks after any more must not keep its name taken.
bool is_taken(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  const auto record = find_task(database, ns, id);
  return record && settle_task(database, paths, ns, *record);
}

TaskRecord claim_of(const CreateOptions& options, const std::string& bundle) {
  TaskRecord record;
  record.id = options.container.id;
  record.bundle = bundle;
  record.boot_id = core::boot_id();
  record.io = {options.stdin_path, options.stdout_path, options.stderr_path, options.terminal};
  record.remove_on_exit = options.remove_on_exit;
  return record;
}

void write_bundle(int bundle, const CreateOptions& options) {
  const core::Fd config = core::open_at(bundle, kBundleConfig, O_WRONLY | O_CREAT | O_EXCL, 0600);
  core::write_all(config.get(), options.container.spec);
  core::make_directory(bundle, kBundleRootfs, kPrivate);
}

messages::CreateTaskRequest create_request(const CreateOptions& options, const std::string& bundle) {
  messages::CreateTaskRequest request;
  request.set_id(options.container.id);
  request.set_bundle(bundle);
  for (const auto& mount : options.rootfs) wire::set_mount(*request.add_rootfs(), mount);
  request.set_terminal(options.terminal);
  request.set_stdin(options.stdin_path);
  request.set_stdout(options.stdout_path);
  request.set_stderr(options.stderr_path);
  messages::OwnedTask owned;
  owned.set_run_at_start(true);
  owned.set_fifo_directory(options.fifo_directory);
  request.mutable_options()->set_type_url(wire::kOwnedTaskUrl);
  owned.SerializeToString(request.mutable_options()->mutable_value());
  return request;
}

messages::WaitRequest wait_request(const std::string& id) {
  messages::WaitRequest request;
  request.set_id(id);
  return request;
}

struct StartedShim {
  pid_t pid;
  ShimClient client;
};

StartedShim start_shim(const TaskName& name, int bundle, int fifo_lock) {
  const core::Fd listener = core::listen_unix(bundle, kBundleSocket);
  core::SocketPair pair = core::make_socket_pair();
  const pid_t pid = core::spawn(shim::serve_command(name, {listener.get(), bundle, pair.second.get(), fifo_lock}));
  return {pid, ShimClient(std::move(pair.first))};
}

}  // namespace

struct Task::State {
  state::Database& database;
  TaskName name;
  std::optional<ShimClient> shim;  // none once the task has ended
  std::uint32_t pid = 0;
  std::uint32_t wait_stream = 0;  // 0: not asked yet

  ShimClient& living() {
    if (!shim) throw no_running_task(name.id);
    return *shim;
  }
  /// What the record says of a task whose shim has gone.
  ExitStatus exit_on_record();
};

ExitStatus Task::State::exit_on_record() {
  shim.reset();
  // The kernel closes a dying shim's connection a moment before it lets go of the lock.
  for (int attempt = 0; attempt < kSettleAttempts; ++attempt) {
    auto record = find_task(database, name.ns, name.id);
    if (record) record = settle_task(database, name.paths, name.ns, *record);
    // Gone with its record (--rm) before it could answer: the log of events still tells.
    if (!record) return find_told_exit(database, name.ns, name.id).value_or(ExitStatus{128 + SIGKILL, core::now_ns()});
    if (record->exit_status) return {*record->exit_status, record->exited_at};
    std::this_thread::sleep_for(kSettlePause);
  }
  throw core::unavailable("the shim of task " + name.id + " does not answer");
}

Task::Task(std::unique_ptr<State> state) : state_(std::move(state)) {}
Task::Task(Task&&) noexcept = default;
Task::~Task() = default;

Task Task::create(state::Database& database, const core::Paths& paths, const CreateOptions& options) {
  TaskName name{paths, options.ns, options.container.id};
  const std::string bundle = paths.task(name.ns, name.id);
  const auto taken = [&] { return is_taken(database, paths, name.ns, name.id); };
  std::optional<core::FileLock> lock = lock_new_bundle(paths, name.ns, name.id, taken);
  pid_t shim_pid = 0;
  std::optional<ShimClient> client;
  const auto undo = [&] {
    client.reset();  // the shim ends with its creator's connection
    if (shim_pid != 0) core::wait_for(shim_pid);
    remove_bundle(bundle);
    database.write(Durability::normal, [&](Transaction& tx) { unclaim_task(tx, name.ns, name.id); });
  };
  try {
    // What a shim that was killed left behind; nobody else is in here.
    for (const auto& entry : core::list_directory(lock->fd())) core::remove_tree(lock->fd(), entry);
    write_bundle(lock->fd(), options);
    database.write(Durability::normal, [&](Transaction& tx) { claim_task(tx, name.ns, claim_of(options, bundle)); });
    core::failpoint("task.create.after_claim");
    StartedShim shim = start_shim(name, lock->fd(), options.fifo_lock);
    shim_pid = shim.pid;
    client = std::move(shim.client);
    messages::CreateTaskResponse response;
    client->call("Create", create_request(options, bundle), response);
  } catch (...) {
    const core::Error error = core::current_error();
    undo();
    throw error;
  }
  auto state = std::make_unique<State>(State{database, std::move(name), std::move(client)});
  return Task(std::move(state));
}

Task Task::open(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  auto record = find_task(database, ns, id);
  if (record) record = settle_task(database, paths, ns, *record);
  if (!record) throw no_running_task(id);
  auto state = std::make_unique<State>(State{database, TaskName{paths, ns, id}, std::nullopt});
  state->pid = static_cast<std::uint32_t>(record->init.pid);
  if (record->is_stopped()) return Task(std::move(state));
  try {
    const core::Fd bundle = core::open_at(AT_FDCWD, record->bundle, O_RDONLY | O_DIRECTORY);
    state->shim.emplace(core::connect_unix(bundle.get(), kBundleSocket));
  } catch (const core::Error& error) {
    // It may have ended since we looked.
    if (error.code() != core::ErrorCode::not_found && error.code() != core::ErrorCode::unavailable) throw;
  }
  return Task(std::move(state));
}

std::uint32_t Task::pid() const { return state_->pid; }

void Task::start() {
  messages::StartRequest request;
  request.set_id(state_->name.id);
  messages::StartResponse response;
  ShimClient& shim = state_->living();
  // In one piece with the wait: a process may have come and gone, and its shim with it, before a second message is
  // sent.
  const auto stream = shim.put("Start", request);
  state_->wait_stream = shim.put("Wait", wait_request(state_->name.id));
  shim.flush();
  try {
    shim.receive(stream, response);
  } catch (const core::Error& error) {
    // Killed in the middle: what it has begun is ended and recorded before the caller is told.
    if (error.code() == core::ErrorCode::unavailable) state_->exit_on_record();
    throw;
  }
  state_->pid = response.pid();
}

int Task::begin_wait() {
  if (!state_->shim) return -1;
  if (state_->wait_stream == 0) {
    try {
      state_->wait_stream = state_->shim->send("Wait", wait_request(state_->name.id));
    } catch (const core::Error&) {
      return -1;
    }
  }
  return state_->shim->fd();
}

std::optional<ExitStatus> Task::try_wait() {
  if (begin_wait() < 0) return state_->exit_on_record();
  try {
    if (!state_->shim->has(state_->wait_stream) && !state_->shim->pump(state_->wait_stream)) return std::nullopt;
    return wait();
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::unavailable) throw;
    return state_->exit_on_record();
  }
}

bool Task::has_exit() const {
  return !state_->shim || (state_->wait_stream != 0 && state_->shim->has(state_->wait_stream));
}

ExitStatus Task::wait() {
  if (begin_wait() < 0) return state_->exit_on_record();
  try {
    messages::WaitResponse response;
    state_->shim->receive(std::exchange(state_->wait_stream, 0), response);
    return {response.exit_status(), wire::to_time(response.exited_at())};
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::unavailable) throw;
    return state_->exit_on_record();
  }
}

void Task::kill(std::uint32_t signal, bool all) {
  messages::KillRequest request;
  request.set_id(state_->name.id);
  request.set_signal(signal);
  request.set_all(all);
  messages::Empty response;
  const auto finished = [] { return core::not_found("process already finished"); };
  if (!state_->shim) throw finished();
  try {
    state_->shim->call("Kill", request, response);
  } catch (const core::Error& error) {
    if (error.code() != core::ErrorCode::unavailable) throw;
    state_->exit_on_record();  // the shim ended while we spoke to it, and its task before
    throw finished();
  }
}

void Task::pause() {
  messages::PauseRequest request;
  request.set_id(state_->name.id);
  messages::Empty response;
  state_->living().call("Pause", request, response);
}

void Task::resume() {
  messages::ResumeRequest request;
  request.set_id(state_->name.id);
  messages::Empty response;
  state_->living().call("Resume", request, response);
}

std::vector<std::uint32_t> Task::processes() {
  messages::PidsRequest request;
  request.set_id(state_->name.id);
  messages::PidsResponse response;
  state_->living().call("Pids", request, response);
  std::vector<std::uint32_t> pids;
  for (const auto& process : response.processes()) pids.push_back(process.pid());
  return pids;
}

void Task::resize(std::uint32_t columns, std::uint32_t rows) {
  messages::ResizePtyRequest request;
  request.set_id(state_->name.id);
  request.set_width(columns);
  request.set_height(rows);
  messages::Empty response;
  state_->living().call("ResizePty", request, response);
}

void Task::close_stdin() {
  messages::CloseIORequest request;
  request.set_id(state_->name.id);
  request.set_stdin(true);
  messages::Empty response;
  state_->living().call("CloseIO", request, response);
}

ExitStatus Task::remove() {
  ExitStatus exit;
  state_->database.write(Durability::normal,
                         [&](Transaction& tx) { exit = remove_task(tx, state_->name.ns, state_->name.id); });
  return exit;
}

std::vector<TaskInfo> list_tasks(state::Database& database, const core::Paths& paths, const std::string& ns) {
  std::vector<TaskInfo> result;
  settle_tasks(database, paths, ns);
  for (const auto& record : list_task_records(database, ns)) {
    TaskInfo info;
    info.id = record.id;
    info.pid = static_cast<std::uint32_t>(record.init.pid);
    info.status = record.is_claim() ? TaskStatus::created : record.status;
    info.exit_status = record.exit_status;
    info.exited_at = record.exited_at;
    result.push_back(std::move(info));
  }
  return result;
}

}  // namespace ctrbox::runtime
