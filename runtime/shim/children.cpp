#include "runtime/shim/children.h"

#include <signal.h>

#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/base/log.h"

namespace ctrbox::runtime::shim {
namespace {

// A container may lose any number of processes while a command runs; of these only its first one is asked for.
constexpr std::size_t kMaxUnclaimed = 4096;

/// What one end leads to must not keep the others from being told.
void tell(const Children::OnExit& on_exit, std::uint32_t status) noexcept {
  try {
    on_exit(status);
  } catch (...) {
    core::log::error(std::string("shim: ") + core::current_error().what());
  }
}

}  // namespace

Children::Children(core::EventLoop& loop, std::function<void()> on_terminate)
    : loop_(loop), on_terminate_(std::move(on_terminate)), signals_({SIGCHLD, SIGTERM, SIGINT, SIGHUP}) {
  loop_.add(signals_.fd(), EPOLLIN, [this](std::uint32_t) { on_signal(); });
}

Children::~Children() { loop_.remove(signals_.fd()); }

pid_t Children::run(const core::SpawnOptions& command, OnExit on_exit) {
  const pid_t pid = core::spawn(command);
  commands_.emplace(pid, std::move(on_exit));
  return pid;
}

void Children::kill(pid_t command) {
  // Ours and not reaped: the pid cannot be another's.
  if (commands_.count(command) != 0 || apart_.count(command) != 0) ::kill(command, SIGKILL);
}

std::optional<std::uint32_t> Children::adopt(pid_t pid, OnExit on_exit) {
  if (const auto found = unclaimed_.extract(pid)) return found.mapped();
  adopted_.emplace(pid, std::move(on_exit));
  return std::nullopt;
}

void Children::disown(pid_t pid) {
  if (const auto found = adopted_.find(pid); found != adopted_.end()) found->second = [](std::uint32_t) {};
}

pid_t Children::run_apart(const core::SpawnOptions& command) {
  const pid_t pid = core::spawn(command);
  apart_.insert(pid);
  return pid;
}

void Children::on_signal() {
  bool terminate = false;
  while (const auto signal = signals_.next()) terminate = terminate || *signal == SIGTERM || *signal == SIGINT;
  reap();
  if (terminate) on_terminate_();
}

void Children::reap() {
  std::vector<std::pair<OnExit, std::uint32_t>> ended_commands, ended_orphans;
  while (const auto child = core::reap_any()) {
    if (auto command = commands_.extract(child->pid)) {
      ended_commands.emplace_back(std::move(command.mapped()), child->status);
    } else if (auto orphan = adopted_.extract(child->pid)) {
      ended_orphans.emplace_back(std::move(orphan.mapped()), child->status);
    } else if (apart_.erase(child->pid) != 0) {
      continue;
    } else if (unclaimed_.size() < kMaxUnclaimed) {
      unclaimed_.emplace(child->pid, child->status);
    }
  }
  // Commands first: an orphan is only ours because its command has ended.
  for (auto& [on_exit, status] : ended_commands) tell(on_exit, status);
  for (auto& [on_exit, status] : ended_orphans) tell(on_exit, status);
  if (commands_.empty()) unclaimed_.clear();
}

}  // namespace ctrbox::runtime::shim
