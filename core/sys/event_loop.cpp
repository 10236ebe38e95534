#include "core/sys/event_loop.h"

#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

constexpr int kEventsPerWait = 16;

// A descriptor number may be closed and opened anew while its event waits in our batch; the generation tells them
// apart.
epoll_event make_event(int fd, std::uint32_t events, std::uint32_t generation) {
  epoll_event event = {};
  event.events = events;
  event.data.u64 = (static_cast<std::uint64_t>(generation) << 32) | static_cast<std::uint32_t>(fd);
  return event;
}

}  // namespace

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw system_error("creating an event loop", errno);
}

void EventLoop::add(int fd, std::uint32_t events, Handler handler) {
  auto entry = std::make_shared<Entry>(Entry{next_generation_++, events, std::move(handler)});
  epoll_event event = make_event(fd, events, entry->generation);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) throw system_error("watching a descriptor", errno);
  entries_[fd] = std::move(entry);
}

void EventLoop::change(int fd, std::uint32_t events) {
  const auto found = entries_.find(fd);
  if (found == entries_.end()) throw internal("a descriptor that is not watched was changed");
  if (found->second->events == events) return;
  epoll_event event = make_event(fd, events, found->second->generation);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) throw system_error("watching a descriptor", errno);
  found->second->events = events;
}

void EventLoop::remove(int fd) noexcept {
  if (entries_.erase(fd) != 0) epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::run() {
  stopped_ = false;
  while (!stopped_) run_once(-1);
}

void EventLoop::run_once(int timeout_ms) {
  epoll_event events[kEventsPerWait];
  const int count = epoll_wait(epoll_.get(), events, kEventsPerWait, later_.empty() ? timeout_ms : 0);
  if (count < 0 && errno != EINTR) throw system_error("waiting for events", errno);
  for (int i = 0; i < count && !stopped_; ++i) {
    const auto found = entries_.find(static_cast<int>(events[i].data.u64 & 0xffffffffU));
    if (found == entries_.end() || found->second->generation != events[i].data.u64 >> 32) continue;
    const auto entry = found->second;  // the handler may remove itself
    entry->handler(events[i].events);
  }
  run_later();
}

void EventLoop::run_later() {
  // What they ask for in turn comes after the next round.
  for (std::size_t count = later_.size(); count > 0; --count) {
    const auto action = std::move(later_.front());
    later_.erase(later_.begin());
    action();
  }
}

}  // namespace ctrbox::core
