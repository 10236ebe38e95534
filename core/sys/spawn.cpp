#include "core/sys/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kChildStackBytes = 64 * 1024;
// Above every target: sources are first moved here, so that no dup2 can overwrite a source that is still needed.
constexpr int kParkingLot = 64;

/// All the child needs, made by the parent: the child must not allocate.
struct Launch {
  const SpawnOptions* options;
  char* const* argv;
  char* const* environment;
  pid_t parent;
  int failure;  // errno, written by the child into our memory
};

// SAFETY: runs in the child, which shares memory with the suspended parent: async-signal-safe calls only.
void restore_signals() {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// SAFETY: as above.
bool place_descriptors(const std::vector<SpawnOptions::Descriptor>& descriptors) {
  int parked[16];
  int count = 0;
  for (const auto& descriptor : descriptors) {
    parked[count] = fcntl(descriptor.source, F_DUPFD_CLOEXEC, kParkingLot);
    if (parked[count++] < 0) return false;
  }
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return false;
  const int parked_null = fcntl(null, F_DUPFD_CLOEXEC, kParkingLot);
  if (parked_null < 0) return false;
  for (int target = 0; target <= 2; ++target)
    if (dup2(parked_null, target) < 0) return false;
  if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return false;
  count = 0;
  for (const auto& descriptor : descriptors)
    if (dup2(parked[count++], descriptor.target) < 0) return false;
  return true;
}

// SAFETY: as above.
bool prepare(const Launch& launch) {
  const SpawnOptions& options = *launch.options;
  if (options.new_session && setsid() < 0) return false;
  if (options.parent_death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, options.parent_death_signal) != 0) return false;
    if (getppid() != launch.parent) raise(SIGKILL);  // the parent went before the signal was armed
  }
  if (options.directory >= 0 && fchdir(options.directory) != 0) return false;
  return place_descriptors(options.descriptors);
}

// SAFETY: as above.
int run_child(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  if (prepare(launch)) {
    restore_signals();
    execve(launch.options->program.c_str(), launch.argv, launch.environment);
  }
  launch.failure = errno;
  _exit(127);
}

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

std::uint32_t exit_status_of(const siginfo_t& info) {
  return static_cast<std::uint32_t>(info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status);
}

}  // namespace

pid_t spawn(const SpawnOptions& options) {
  if (options.descriptors.size() > 16) throw internal("too many descriptors for a child");
  std::vector<char*> argv;
  for (const auto& argument : options.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<char*> environment;  // of two with the same name the first counts
  for (const auto& entry : options.environment) environment.push_back(const_cast<char*>(entry.c_str()));
  for (char** entry = environ; *entry != nullptr; ++entry) environment.push_back(*entry);
  environment.push_back(nullptr);
  Launch launch{&options, argv.data(), environment.data(), getpid(), 0};
  auto stack = std::make_unique_for_overwrite<std::byte[]>(kChildStackBytes);
  // WHY: a handler of ours that ran in the child would run in our memory.
  const AllSignalsBlocked blocked;
  const auto top = reinterpret_cast<std::uintptr_t>(stack.get() + kChildStackBytes) & ~std::uintptr_t{15};
  const pid_t pid = clone(run_child, reinterpret_cast<void*>(top), CLONE_VM | CLONE_VFORK | SIGCHLD, &launch);
  if (pid < 0) throw system_error("starting " + options.program, errno);
  if (launch.failure != 0) {
    wait_for(pid);
    throw system_error("executing " + options.program, launch.failure);
  }
  return pid;
}

std::optional<ChildExit> reap_any() {
  siginfo_t info = {};
  int result = 0;
  do {
    result = waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
  } while (result != 0 && errno == EINTR);
  if (result != 0 || info.si_pid == 0) return std::nullopt;
  return ChildExit{info.si_pid, exit_status_of(info)};
}

ChildExit wait_for(pid_t child) {
  siginfo_t info = {};
  int result = 0;
  do {
    result = waitid(P_PID, static_cast<id_t>(child), &info, WEXITED);
  } while (result != 0 && errno == EINTR);
  if (result != 0) throw system_error("waiting for process " + std::to_string(child), errno);
  return ChildExit{child, exit_status_of(info)};
}

std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0 ? std::optional(name) : std::nullopt;
  const char* variable = getenv("PATH");
  std::string_view rest =
      variable != nullptr ? variable : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  while (!rest.empty()) {
    const auto colon = rest.find(':');
    const std::string candidate = std::string(rest.substr(0, colon)) + "/" + name;
    if (candidate.front() == '/' && access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  }
  return std::nullopt;
}

}  // namespace ctrbox::core
