// A container whose policy says so is started again by its shim: runc removes what has ended, and after a pause runs it
// anew, on the root file system as it was left. container.cpp holds the rest of its life.
#include <signal.h>

#include <algorithm>

#include "core/base/log.h"
#include "core/sys/timer.h"
#include "runtime/shim/container.h"
#include "runtime/task/leftovers.h"

namespace ctrbox::runtime::shim {

void Container::note_stop(std::uint32_t signal) {
  if (restart_policy_.when == RestartPolicy::When::no || stop_asked_) return;
  const std::uint32_t stops[] = {SIGKILL, SIGTERM, SIGINT, SIGQUIT, stop_signal_};
  if (std::find(std::begin(stops), std::end(stops), signal) == std::end(stops)) return;
  stop_asked_ = true;
  try {
    chronicle_->stop_asked();
  } catch (...) {
    // The signal counts more than its record.
    core::log::error("stop of " + name_.id + ": " + core::current_error().what());
  }
}

bool Container::wants_restart(const ExitStatus& exit) {
  const auto lived = std::chrono::nanoseconds(exit.exited_at - started_at_);
  short_lives_ = restarting_ || lived < kLongLife ? short_lives_ + 1 : 0;
  return is_owned() && !stop_asked_ && restart_policy_.wants_restart(exit.status, restarts_);
}

void Container::restart_later() {
  restarting_ = true;
  // As the table has it: removed, and created anew.
  state_ = next_state(state_, TaskMove::remove);
  state_ = next_state(TaskState::absent, TaskMove::create);
  children_.run(runc_->remove(name_.id), [this](std::uint32_t status) {
    if (status != 0) core::log::error(runc_->failure("delete", status).what());
    remove_runtime_leftovers(name_, control_group_);
    runtime_knows_ = false;
    if (restarting_) await_restart();
  });
  chronicle_->rest();
}

void Container::await_restart() {
  restart_timer_ = core::make_timer(restart_delay(short_lives_ == 0 ? 0 : short_lives_ - 1));
  loop_.add(restart_timer_.get(), EPOLLIN, [this](std::uint32_t) { restart(); });
}

void Container::restart() {
  loop_.remove(restart_timer_.get());
  restart_timer_.reset();
  ++restarts_;
  init_.renew();
  try {
    init_.open(restart_plan_, "init", [this] { loop_.later([this] { finish_when_drained(); }); });
    run_init({});
    chronicle_->prepare();
  } catch (...) {
    core::log::error("start of " + name_.id + ": " + core::current_error().what());
    end_with({128 + SIGKILL, core::now_ns()});
  }
}

void Container::stop_restarting() {
  const ExitStatus last = init_.exit().value_or(ExitStatus{128 + SIGKILL, core::now_ns()});
  restarting_ = false;
  if (restart_timer_) loop_.remove(restart_timer_.get());
  restart_timer_.reset();
  end_with(last);
}

}  // namespace ctrbox::runtime::shim
