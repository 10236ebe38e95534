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
#include "runtime/task/detach_keys.h"

namespace ctrbox::runtime {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::size_t kBufferBytes = 32 * 1024;

std::string fifo_area(const core::Paths& paths) { return paths.state + "/fifo"; }

bool owns_terminal(const AttachOptions& options) { return options.terminal && options.input >= 0; }

std::vector<int> signals_for(const AttachOptions& options) {
  std::vector<int> signals = {SIGHUP, SIGINT, SIGTERM};
  if (options.forward_signals) signals = core::forwardable_signals();
  if (owns_terminal(options)) signals.push_back(SIGWINCH);
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

/// One stay with a process. Streams are copied with blocking writes to the user's side: who reads slowly slows the
/// container.
class AttachedTask {
 public:
  AttachedTask(Process& process, FifoSet& fifos, const AttachOptions& options)
      : process_(process),
        fifos_(fifos),
        options_(options),
        keys_(options.input >= 0 ? options.detach_keys : ""),
        signals_(signals_for(options)) {}

  std::optional<ExitStatus> start_and_stay();
  std::optional<ExitStatus> join_and_stay();

 private:
  enum Slot { kShim, kSignals, kInput, kOutput, kError, kSlots };

  void open_input();
  void pass_size_on();
  void on_signal();
  void on_input();
  void pass_input_on(std::string_view text);
  void close_input();
  /// Returns false at the end.
  static bool copy(core::Fd& from, int to);
  std::array<pollfd, kSlots> wait_for_events(int shim) const;
  std::optional<ExitStatus> stay();

  Process& process_;
  FifoSet& fifos_;
  AttachOptions options_;
  DetachKeys keys_;
  core::SignalFd signals_;
  core::Fd stdin_sink_;
  bool ends_stdin_ = false;
  bool left_ = false;
  std::optional<ExitStatus> exit_;
};

void AttachedTask::open_input() {
  if (options_.input < 0 || stdin_sink_) return;
  stdin_sink_ = core::open_fifo_to_write(fifos_.stdin_path()).value_or(core::Fd());
}

void AttachedTask::pass_size_on() {
  if (!owns_terminal(options_) || exit_) return;
  const auto size = core::window_size(options_.input);
  if (!size) return;
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
    if (!options_.forward_signals) {
      left_ = true;
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
  if (!ends_stdin_) return;
  try {
    process_.close_stdin();
  } catch (const core::Error&) {
    // It has just ended.
  }
}

void AttachedTask::pass_input_on(std::string_view text) {
  try {
    core::try_write(stdin_sink_.get(), std::as_bytes(std::span(text)));
  } catch (const core::Error&) {
    close_input();  // nobody reads it any more
  }
}

void AttachedTask::on_input() {
  // As much as the fifo takes without waiting: it was writable, so at least one page.
  constexpr std::size_t kPage = 4096;
  std::array<char, kPage> buffer;
  const auto room = std::span(buffer).first(kPage - keys_.held());
  const std::size_t count = core::read_some(options_.input, std::as_writable_bytes(room));
  const bool ended = count == 0;
  const std::string text = ended ? keys_.end() : keys_.pass({buffer.data(), count});
  if (!text.empty()) pass_input_on(text);
  if (ended) close_input();
  if (keys_.found()) left_ = true;
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

std::optional<ExitStatus> AttachedTask::stay() {
  const core::RawTerminal raw(owns_terminal(options_) ? options_.input : -1);
  const int shim = process_.begin_wait();
  if (shim < 0 || process_.has_exit()) exit_ = process_.try_wait();
  while (!left_ && (!exit_ || fifos_.stdout_ || fifos_.stderr_)) {
    const auto events = wait_for_events(shim);
    if (events[kSignals].revents != 0) on_signal();
    if (events[kInput].revents != 0) on_input();
    if (events[kOutput].revents != 0) copy(fifos_.stdout_, options_.output);
    if (events[kError].revents != 0) copy(fifos_.stderr_, options_.error);
    if (!exit_ && (events[kShim].revents != 0 || process_.has_exit())) exit_ = process_.try_wait();
  }
  return left_ ? std::nullopt : exit_;
}

std::optional<ExitStatus> AttachedTask::start_and_stay() {
  ends_stdin_ = true;
  open_input();
  pass_size_on();
  process_.start();
  open_input();
  if (options_.on_start) options_.on_start();
  // Raw only from here on: the message of a start that failed goes to a terminal as it was.
  return stay();
}

std::optional<ExitStatus> AttachedTask::join_and_stay() {
  process_.attach(options_.input >= 0 ? fifos_.stdin_path() : "", fifos_.stdout_path(), fifos_.stderr_path());
  open_input();
  pass_size_on();
  return stay();
}

std::optional<ExitStatus> run_attached(Process& process, FifoSet& fifos, const AttachOptions& options) {
  return AttachedTask(process, fifos, options).start_and_stay();
}

std::optional<ExitStatus> stay_attached(Process& process, FifoSet& fifos, const AttachOptions& options) {
  return AttachedTask(process, fifos, options).join_and_stay();
}

}  // namespace ctrbox::runtime
