#include "runtime/shim/oom_watch.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/log.h"

namespace ctrbox::runtime::shim {
namespace {

void log_failure() noexcept {
  try {
    core::log::debug(std::string("no notices of memory that ran out: ") + core::current_error().what());
  } catch (...) {
    // Then it is not even told.
  }
}

}  // namespace

OomWatch::OomWatch(core::EventLoop& loop, pid_t init, std::function<void()> on_oom) noexcept
    : loop_(loop), on_oom_(std::move(on_oom)) {
  try {
    watch(core::find_process_cgroups(init));
  } catch (...) {
    log_failure();
  }
}

OomWatch::OomWatch(core::EventLoop& loop, const core::ProcessCgroups& groups, std::function<void()> on_oom) noexcept
    : loop_(loop), on_oom_(std::move(on_oom)) {
  watch(groups);
}

OomWatch::~OomWatch() { stop(); }

void OomWatch::watch(const core::ProcessCgroups& groups) noexcept {
  try {
    const std::string& memory = groups.of("memory");
    if (memory.empty() && groups.unified.empty()) return;
    notice_.emplace(memory.empty() ? core::OomNotice::version2(groups.unified) : core::OomNotice::version1(memory));
    loop_.add(notice_->fd(), EPOLLIN, [this](std::uint32_t) { look(); });
  } catch (...) {
    notice_.reset();
    log_failure();
  }
}

void OomWatch::look() {
  if (!notice_) return;
  const bool ran_out = notice_->take();
  if (!notice_->is_alive()) stop();
  if (ran_out) on_oom_();
}

void OomWatch::stop() noexcept {
  if (notice_) loop_.remove(notice_->fd());
  notice_.reset();
}

}  // namespace ctrbox::runtime::shim
