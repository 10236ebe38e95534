#include "runtime/runc/runc.h"

#include <fcntl.h>
#include <signal.h>

#include <nlohmann/json.hpp>

#include "core/sys/file.h"

namespace ctrbox::runtime::runc {
namespace {

constexpr std::size_t kMaxLogBytes = 1 << 20;

std::string find_runtime(std::string_view program) {
  if (auto path = core::find_program(std::string(program))) return *path;
  throw core::failed_precondition("no " + std::string(program) +
                                  " in PATH: it runs the containers; install it (Debian: apt-get install runc)");
}

/// runc says only that it could not execute something.
void require_criu() {
  if (!core::find_program("criu"))
    throw core::failed_precondition(
        "no criu in PATH: it writes and reads the memory of containers; install it (docs/formats/checkpoint.md)");
}

}  // namespace

Runc::Runc(std::string_view program, std::string root, std::string log, Flags flags)
    : program_(find_runtime(program)), root_(std::move(root)), log_(std::move(log)), flags_(flags) {}

core::SpawnOptions Runc::invoke(std::vector<std::string> command) const {
  core::SpawnOptions options;
  options.program = program_;
  options.arguments = {program_, "--root", root_, "--log", log_, "--log-format", "json"};
  if (flags_.systemd_cgroup) options.arguments.emplace_back("--systemd-cgroup");
  for (auto& word : command) options.arguments.push_back(std::move(word));
  // A runc that outlived its shim would make a container that nobody knows of.
  options.parent_death_signal = SIGKILL;
  return options;
}

core::SpawnOptions Runc::launch(std::string_view verb, const std::string& id, const std::string& pid_file,
                                const std::string& console_socket) const {
  std::vector<std::string> command{std::string(verb), "--bundle", ".", "--pid-file", pid_file};
  if (verb == "run") command.emplace_back("--detach");
  if (flags_.no_pivot_root) command.emplace_back("--no-pivot");
  if (flags_.no_new_keyring) command.emplace_back("--no-new-keyring");
  if (!console_socket.empty()) command.insert(command.end(), {"--console-socket", console_socket});
  command.push_back(id);
  return invoke(std::move(command));
}

core::SpawnOptions Runc::run(const std::string& id, const std::string& pid_file,
                             const std::string& console_socket) const {
  return launch("run", id, pid_file, console_socket);
}

core::SpawnOptions Runc::create(const std::string& id, const std::string& pid_file,
                                const std::string& console_socket) const {
  return launch("create", id, pid_file, console_socket);
}

Runc Runc::with_log(std::string log) const {
  Runc other = *this;
  other.log_ = std::move(log);
  return other;
}

core::SpawnOptions Runc::exec(const std::string& id, const std::string& process, const std::string& pid_file,
                              const std::string& console_socket) const {
  std::vector<std::string> command{"exec", "--detach", "--process", process, "--pid-file", pid_file};
  if (!console_socket.empty()) command.insert(command.end(), {"--console-socket", console_socket});
  command.push_back(id);
  return invoke(std::move(command));
}

core::SpawnOptions Runc::start(const std::string& id) const { return invoke({"start", id}); }
core::SpawnOptions Runc::remove(const std::string& id) const { return invoke({"delete", "--force", id}); }
core::SpawnOptions Runc::kill_all(const std::string& id, std::uint32_t signal) const {
  return invoke({"kill", "--all", id, std::to_string(signal)});
}
core::SpawnOptions Runc::pause(const std::string& id) const { return invoke({"pause", id}); }
core::SpawnOptions Runc::resume(const std::string& id) const { return invoke({"resume", id}); }
core::SpawnOptions Runc::update(const std::string& id) const { return invoke({"update", "--resources", "-", id}); }
core::SpawnOptions Runc::processes(const std::string& id) const { return invoke({"ps", "--format", "json", id}); }

core::SpawnOptions Runc::checkpoint(const std::string& id, const std::string& image, const std::string& work,
                                    const CheckpointFlags& flags) const {
  require_criu();
  std::vector<std::string> command{"checkpoint", "--image-path", image, "--work-path", work};
  if (flags.leave_running) command.emplace_back("--leave-running");
  if (flags.tcp_established) command.emplace_back("--tcp-established");
  if (flags.external_unix_sockets) command.emplace_back("--ext-unix-sk");
  if (flags.shell_job) command.emplace_back("--shell-job");
  if (flags.file_locks) command.emplace_back("--file-locks");
  for (const std::string& name : flags.empty_namespaces) command.insert(command.end(), {"--empty-ns", name});
  if (!flags.cgroups_mode.empty()) command.insert(command.end(), {"--manage-cgroups-mode", flags.cgroups_mode});
  command.push_back(id);
  return invoke(std::move(command));
}

core::SpawnOptions Runc::restore(const std::string& id, const std::string& pid_file, const std::string& console_socket,
                                 const std::string& image, const std::string& work) const {
  require_criu();
  // File locks are in the image or not; saying that they may be does no harm.
  std::vector<std::string> command{"restore",    "--detach", "--no-subreaper", "--file-locks", "--bundle",    ".",
                                   "--pid-file", pid_file,   "--image-path",   image,          "--work-path", work};
  if (!console_socket.empty()) command.insert(command.end(), {"--console-socket", console_socket});
  command.push_back(id);
  return invoke(std::move(command));
}

core::Error Runc::failure(std::string_view action, std::uint32_t exit_status) const {
  std::string reason;
  try {
    reason = last_error(core::read_file(AT_FDCWD, log_, kMaxLogBytes));
  } catch (const core::Error&) {
    // No log: it did not get that far, and the exit status has to do.
  }
  if (reason.empty()) reason = "exit status " + std::to_string(exit_status) + " of " + program_;
  // runc says of itself "runc run failed: …": once is enough.
  for (const std::string_view own : {"runc run failed: ", "runc create failed: ", "runc checkpoint failed: ",
                                     "runc restore failed: ", "exec failed: "})
    if (reason.rfind(own, 0) == 0) reason.erase(0, own.size());
  return core::unknown("OCI runtime " + std::string(action) + " failed: " + reason);
}

std::string last_error(std::string_view log) {
  while (!log.empty()) {
    if (log.back() == '\n') log.remove_suffix(1);
    const auto newline = log.rfind('\n');
    const std::string_view line = newline == log.npos ? log : log.substr(newline + 1);
    log = newline == log.npos ? std::string_view() : log.substr(0, newline + 1);
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("msg") || !entry["msg"].is_string()) continue;
    const std::string level = entry.contains("level") && entry["level"].is_string() ? entry["level"] : "";
    if (level == "error" || level == "fatal") return entry["msg"];
  }
  return "";
}

std::vector<std::uint32_t> parse_processes(const std::string& json) {
  try {
    return nlohmann::json::parse(json).get<std::vector<std::uint32_t>>();
  } catch (const nlohmann::json::exception&) {
    throw core::internal("the runtime's list of processes is not understood");
  }
}

}  // namespace ctrbox::runtime::runc
