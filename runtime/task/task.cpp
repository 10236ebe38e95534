#include "runtime/task/task.h"

#include <fcntl.h>
#include <signal.h>

#include "core/base/error.h"
#include "core/base/scope_exit.h"
#include "core/sys/failpoint.h"
#include "core/sys/file.h"
#include "core/sys/spawn.h"
#include "core/sys/unix_socket.h"
#include "runtime/shim/serve.h"
#include "runtime/task/bundle.h"
#include "runtime/task/client.h"
#include "runtime/task/leftovers.h"
#include "runtime/task/record.h"
#include "runtime/task/recovery.h"
#include "runtime/task/restart_policy.h"
#include "runtime/task/stop_signal.h"

namespace ctrbox::runtime {
namespace {

namespace messages = ctrbox::wire;
using state::Durability;
using state::Transaction;

constexpr mode_t kPrivate = 0700;

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
  request.set_checkpoint(options.checkpoint);
  messages::OwnedTask owned;
  owned.set_fifo_directory(options.fifo_directory);
  owned.set_open_stdin(options.open_stdin);
  owned.set_log_uri(options.log_uri);
  const Runtime runtime = runtime_of(options.container);
  owned.set_runtime(runtime.program);
  owned.set_control_group(runtime.control_group);
  owned.set_restart_policy(core::label_or_none(options.container.labels, kRestartPolicyLabel));
  owned.set_stop_signal(static_cast<std::uint32_t>(stop_signal_of(options.container).value_or(0)));
  request.mutable_options()->set_type_url(wire::kOwnedTaskUrl);
  owned.SerializeToString(request.mutable_options()->mutable_value());
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
    database.write(Durability::normal, [&](Transaction& tx) {
      claim_task(tx, name.ns, claim_of(options, bundle));
      unmark_stopped(tx, name.ns, name.id);
    });
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
  return Task(std::make_shared<ShimConnection>(ShimConnection{database, std::move(name), std::move(client)}));
}

Task Task::open(state::Database& database, const core::Paths& paths, const std::string& ns, const std::string& id) {
  auto record = find_task(database, ns, id);
  if (record) record = settle_task(database, paths, ns, *record);
  if (!record) throw no_running_task(id);
  Task task(std::make_shared<ShimConnection>(ShimConnection{database, TaskName{paths, ns, id}, std::nullopt}));
  task.pid_ = static_cast<std::uint32_t>(record->init.pid);
  if (record->is_stopped()) return task;
  try {
    const core::Fd bundle = core::open_at(AT_FDCWD, record->bundle, O_RDONLY | O_DIRECTORY);
    task.connection_->shim.emplace(core::connect_unix(bundle.get(), kBundleSocket));
  } catch (const core::Error& error) {
    // It may have ended since we looked.
    if (error.code() != core::ErrorCode::not_found && error.code() != core::ErrorCode::unavailable) throw;
  }
  return task;
}

Process Task::exec(const ExecOptions& options) {
  messages::ExecProcessRequest request;
  request.set_id(container_id());
  request.set_exec_id(options.exec_id);
  request.set_terminal(options.terminal);
  request.set_stdin(options.stdin_path);
  request.set_stdout(options.stdout_path);
  request.set_stderr(options.stderr_path);
  request.mutable_spec()->set_type_url(wire::kProcessSpecUrl);
  request.mutable_spec()->set_value(options.process);
  connection_->call("Exec", request);
  core::failpoint("task.exec.after_added");
  return {connection_, options.exec_id};
}

Process Task::process(const std::string& exec_id) { return {connection_, exec_id}; }

void Task::kill_all(std::uint32_t signal) { send_kill(signal, true); }

void Task::pause() {
  messages::PauseRequest request;
  request.set_id(container_id());
  connection_->call("Pause", request);
}

void Task::resume() {
  messages::ResumeRequest request;
  request.set_id(container_id());
  connection_->call("Resume", request);
}

void Task::checkpoint(const std::string& image) {
  messages::CheckpointTaskRequest request;
  request.set_id(container_id());
  request.set_path(image);
  messages::CheckpointOptions options;
  options.set_file_locks(true);
  request.mutable_options()->set_type_url(wire::kCheckpointOptionsUrl);
  options.SerializeToString(request.mutable_options()->mutable_value());
  connection_->call("Checkpoint", request);
}

std::vector<InnerProcess> Task::processes() {
  messages::PidsRequest request;
  request.set_id(container_id());
  messages::PidsResponse response;
  connection_->call("Pids", request, response);
  std::vector<InnerProcess> processes;
  for (const auto& process : response.processes()) {
    messages::ProcessDetails details;
    if (process.info().type_url() == wire::kProcessDetailsUrl) wire::parse(details, process.info().value());
    processes.push_back({process.pid(), details.exec_id()});
  }
  return processes;
}

ExitStatus Task::remove() {
  ExitStatus exit;
  connection_->database.write(
      Durability::normal, [&](Transaction& tx) { exit = remove_task(tx, connection_->name.ns, connection_->name.id); });
  core::failpoint("task.remove.after_record");
  return exit;
}

std::vector<TaskInfo> list_tasks(state::Database& database, const core::Paths& paths, const std::string& ns) {
  std::vector<TaskInfo> result;
  settle_tasks(database, paths, ns);
  for (const auto& record : list_task_records(database, ns)) {
    TaskInfo info;
    info.id = record.id;
    const bool between_lives = record.status == TaskStatus::created && record.exit_status;
    info.pid = between_lives ? 0 : static_cast<std::uint32_t>(record.init.pid);
    info.status = record.is_claim() ? TaskStatus::created : record.status;
    info.exit_status = record.exit_status;
    info.exited_at = record.exited_at;
    result.push_back(std::move(info));
  }
  return result;
}

}  // namespace ctrbox::runtime
