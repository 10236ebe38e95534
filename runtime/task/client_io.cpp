#include "runtime/task/client_io.h"

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <vector>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/pty.h"
#include "core/sys/signals.h"

namespace ctrbox::runtime {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::size_t kBufferBytes = 32 * 1024;

std::string fifo_area(const core::Paths& paths) { return paths.state + "/fifo"; }

std::vector<int> signals_for(bool terminal) {
  std::vector<int> signals = core::forwardable_signals();
  if (terminal) signals.push_back(SIGWINCH);
  return signals;
}

}  // namespace

FifoSet FifoSet::create(const core::Paths& paths, bool terminal) {
  const std::string all = fifo_area(paths);
  FifoSet set;
  do {
    core::make_directories(all, kPrivateDirectory);
    set.directory_ = all + "/" + core::random_hex(8);
    set.lock_ = core::FileLock::try_make_directory(set.directory_, kPrivateDirectory);
  } while (!set.lock_);
  const auto make = [&](const char* name) {
    const std::string path = set.directory_ + "/" + name;
    core::make_fifo(path, kPrivateFile);
    return path;
  };
  set.stdin_path_ = make("stdin");
  set.stdout_path_ = make("stdout");
  set.stdout_ = core::open_fifo_to_read(set.stdout_path_);
  if (!terminal) {
    set.stderr_path_ = make("stderr");
    set.stderr_ = core::open_fifo_to_read(set.stderr_path_);
  }
  return set;
}

FifoSet::FifoSet(FifoSet&& other) noexcept
    : directory_(std::exchange(other.directory_, {})),
      stdin_path_(std::move(other.stdin_path_)),
      stdout_path_(std::move(other.stdout_path_)),
      stderr_path_(std::move(other.stderr_path_)),
      stdout_(std::move(other.stdout_)),
      stderr_(std::move(other.stderr_)),
      lock_(std::move(other.lock_)) {}

FifoSet::~FifoSet() {
  if (directory_.empty()) return;
  try {
    core::remove_tree(AT_FDCWD, directory_);
  } catch (...) {
    // It goes with the task.
  }
}

void sweep_fifos(const core::Paths& paths) {
  const auto all = core::find_at(AT_FDCWD, fifo_area(paths), O_RDONLY | O_DIRECTORY);
  if (!all) return;
  for (const auto& name : core::list_directory(all->get()))
    if (const auto lock = core::FileLock::try_lock_directory(all->get(), name)) core::remove_tree(all->get(), name);
}

/// One attached run. Streams are copied with blocking writes to the user's side: who reads slowly slows the container.
class AttachedTask {
 public:
  AttachedTask(Process& process, FifoSet& fifos, const AttachOptions& options)
      : process_(process),
        fifos_(fifos),
        options_(options),
        signals_(signals_for(options.terminal)),
        stdin_sink_(core::open_fifo_to_write(fifos.stdin_path()).value_or(core::Fd())) {}

  ExitStatus run();

 private:
  enum Slot { kShim, kSignals, kInput, kOutput, kError, kSlots };

  void pass_size_on();
  void on_signal();
  void on_input();
  void close_input();
  /// Returns false at the end.
  static bool copy(core::Fd& from, int to);
  std::array<pollfd, kSlots> wait_for_events(int shim) const;

  Process& process_;
  FifoSet& fifos_;
  AttachOptions options_;
  core::SignalFd signals_;
  core::Fd stdin_sink_;
  std::optional<ExitStatus> exit_;
};

void AttachedTask::pass_size_on() {
  const auto size = core::window_size(options_.input);
  if (!size || exit_) return;
  try {
    process_.resize(size->columns, size->rows);
  } catch (const core::Error&) {
    // It has just ended: there is no terminal to resize.
  }
}

void AttachedTask::on_signal() {
  while (const auto signal = signals_.next()) {
    if (*signal == SIGWINCH) {
      pass_size_on();
      continue;
    }
    try {
      process_.kill(static_cast<std::uint32_t>(*signal));
    } catch (const core::Error&) {
      // It has just ended: the signal has nobody to reach.
    }
  }
}

void AttachedTask::close_input() {
  if (!stdin_sink_) return;
  stdin_sink_.reset();
  try {
    process_.close_stdin();
  } catch (const core::Error&) {
    // It has just ended.
  }
}

void AttachedTask::on_input() {
  std::array<std::byte, kBufferBytes> buffer;
  // As much as the fifo takes without waiting: it was writable, so at least one page.
  const std::size_t wanted = 4096;
  const std::size_t count = core::read_some(options_.input, std::span(buffer).first(wanted));
  if (count == 0) {
    close_input();
    return;
  }
  try {
    core::try_write(stdin_sink_.get(), std::span(buffer).first(count));
  } catch (const core::Error&) {
    close_input();  // nobody reads it any more
  }
}

bool AttachedTask::copy(core::Fd& from, int to) {
  std::array<std::byte, kBufferBytes> buffer;
  const auto count = core::try_read(from.get(), buffer);
  if (!count) return true;
  if (*count == 0) {
    from.reset();
    return false;
  }
  try {
    core::write_all(to, std::span(buffer).first(*count));
  } catch (const core::Error&) {
    from.reset();  // nobody reads our side: the shim drops the rest
  }
  return true;
}

std::array<pollfd, AttachedTask::kSlots> AttachedTask::wait_for_events(int shim) const {
  // Input is read only when the fifo has room, so that nothing read here has to wait for it.
  pollfd room{stdin_sink_ ? stdin_sink_.get() : -1, POLLOUT, 0};
  const bool has_room = stdin_sink_ && poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0;
  std::array<pollfd, kSlots> events{};
  events[kShim] = {exit_ ? -1 : shim, POLLIN, 0};
  events[kSignals] = {signals_.fd(), POLLIN, 0};
  events[kInput] = {has_room && !exit_ ? options_.input : -1, POLLIN, 0};
  if (stdin_sink_ && !has_room && !exit_) events[kInput] = {stdin_sink_.get(), POLLOUT, 0};
  events[kOutput] = {fifos_.stdout_.get(), POLLIN, 0};
  events[kError] = {fifos_.stderr_.get(), POLLIN, 0};
  if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR)
    throw core::system_error("waiting for the task's streams", errno);
  if (events[kInput].fd != options_.input) events[kInput].revents = 0;
  return events;
}

ExitStatus AttachedTask::run() {
  if (options_.terminal) pass_size_on();
  process_.start();
  if (options_.started) options_.started();
  // Only now: the message of a start that failed goes to a terminal as it was.
  core::RawTerminal raw(options_.terminal ? options_.input : -1);
  const int shim = process_.begin_wait();
  if (shim < 0 || process_.has_exit()) exit_ = process_.try_wait();
  while (!exit_ || fifos_.stdout_ || fifos_.stderr_) {
    const auto events = wait_for_events(shim);
    if (events[kSignals].revents != 0) on_signal();
    if (events[kInput].revents != 0) on_input();
    if (events[kOutput].revents != 0) copy(fifos_.stdout_, options_.output);
    if (events[kError].revents != 0) copy(fifos_.stderr_, options_.error);
    if (!exit_ && (events[kShim].revents != 0 || process_.has_exit())) exit_ = process_.try_wait();
  }
  return *exit_;
}

ExitStatus run_attached(Process& process, FifoSet& fifos, const AttachOptions& options) {
  return AttachedTask(process, fifos, options).run();
}

}  // namespace ctrbox::runtime
