#include "commands/ui/progress.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "commands/ui/bars.h"
#include "core/base/error.h"
#include "core/base/escape.h"
#include "core/sys/pty.h"

namespace ctrbox::commands {
namespace {

using core::ProgressItem;
using core::ProgressState;

constexpr std::chrono::milliseconds kRefresh{100};

/// The items in the order in which they were first seen, and the time since the start.
class Items {
 public:
  /// Returns whether the state of the item is new.
  bool put(const ProgressItem& item) {
    const auto [place, is_new] = places_.try_emplace(item.key, list_.size());
    if (is_new) {
      list_.push_back(item);
      return true;
    }
    ProgressItem& old = list_[place->second];
    const bool changed = old.state != item.state;
    old = item;
    return changed;
  }
  const std::vector<ProgressItem>& list() const { return list_; }
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  std::vector<ProgressItem> list_;
  std::unordered_map<std::string, std::size_t> places_;
  Clock::time_point start_ = Clock::now();
};

class NoProgress : public ProgressDisplay {
 public:
  void update(const ProgressItem&) override {}
  void finish() override {}
};

class PlainProgress : public ProgressDisplay {
 public:
  explicit PlainProgress(std::ostream& err) : err_(err) {}

  void update(const ProgressItem& item) override {
    const std::lock_guard lock(mutex_);
    const bool finished = item.state == ProgressState::resolved || item.state == ProgressState::done ||
                          item.state == ProgressState::exists;
    if (items_.put(item) && finished)
      err_ << core::escape_for_terminal(item.key) + ": " + core::to_string(item.state) + "\n";
  }

  void finish() override {
    const std::lock_guard lock(mutex_);
    err_ << elapsed_line(items_.list(), items_.elapsed()) + "\n";
  }

 private:
  std::ostream& err_;
  std::mutex mutex_;
  Items items_;
};

class TtyProgress : public ProgressDisplay {
 public:
  explicit TtyProgress(std::ostream& err) : err_(err), drawer_([this] { draw_until_stopped(); }) {}
  ~TtyProgress() override { stop(); }

  void update(const ProgressItem& item) override {
    const std::lock_guard lock(mutex_);
    items_.put(item);
  }

  void finish() override { stop(); }

 private:
  void draw_until_stopped() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      draw(lock);
      wake_.wait_for(lock, kRefresh, [this] { return stopping_; });
    }
    draw(lock);
  }

  /// Rewrites the screen in one write. The lock is given up while the terminal is written to: update() must not wait.
  void draw(std::unique_lock<std::mutex>& lock) {
    const std::vector<ProgressItem> items = items_.list();
    const double elapsed = items_.elapsed();
    lock.unlock();
    Frame frame;
    if (const auto window = core::window_size(STDERR_FILENO)) {
      if (window->columns > 0) frame.columns = window->columns;
      if (window->rows > 0) frame.rows = window->rows;
    }
    frame.colour = std::getenv("NO_COLOR") == nullptr;
    std::string screen;
    if (drawn_lines_ > 0) screen += "\x1b[" + std::to_string(drawn_lines_) + "A";
    const std::vector<std::string> lines = render_bars(items, elapsed, frame);
    for (const std::string& line : lines) screen += "\r" + line + "\x1b[K\n";
    screen += "\x1b[J";  // what is left of a longer screen
    drawn_lines_ = lines.size();
    err_ << screen;
    lock.lock();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    if (drawer_.joinable()) drawer_.join();
  }

  std::ostream& err_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Items items_;
  bool stopping_ = false;
  std::size_t drawn_lines_ = 0;  // of the drawing thread alone
  std::thread drawer_;           // last: it uses all of the above
};

bool terminal_can_redraw() {
  const char* term = std::getenv("TERM");
  return core::is_terminal(STDERR_FILENO) && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

}  // namespace

ProgressMode choose_progress_mode(const std::string& wanted) {
  if (wanted == "auto") return terminal_can_redraw() ? ProgressMode::tty : ProgressMode::plain;
  if (wanted == "tty") return ProgressMode::tty;
  if (wanted == "plain") return ProgressMode::plain;
  if (wanted == "none") return ProgressMode::none;
  throw core::invalid_argument("--progress is auto, tty, plain or none, not " + core::quoted(wanted));
}

std::unique_ptr<ProgressDisplay> make_progress_display(ProgressMode mode, std::ostream& err) {
  switch (mode) {
    case ProgressMode::tty: return std::make_unique<TtyProgress>(err);
    case ProgressMode::plain: return std::make_unique<PlainProgress>(err);
    case ProgressMode::none: break;
  }
  return std::make_unique<NoProgress>();
}

}  // namespace ctrbox::commands
