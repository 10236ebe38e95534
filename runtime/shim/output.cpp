#include "runtime/shim/output.h"

#include <algorithm>
#include <array>

#include "core/sys/fifo.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr int kMostBuffersDrained = 16;

}  // namespace

Output::Output(core::EventLoop& loop, core::Fd source, std::function<void()> on_end)
    : loop_(loop), source_(std::move(source)), on_end_(std::move(on_end)) {
  core::set_nonblocking(source_.get());
}

void Output::add(std::unique_ptr<Sink> sink, Loss loss) {
  // What is pending was written before it came.
  if (ended_) return;
  listeners_.push_back({std::move(sink), loss, pending_.size()});
  watch(*listeners_.back().sink, false);
}

void Output::start() {
  started_ = true;
  watch_source(true);
}

void Output::drain() {
  // Bounded, since a writer that is still there could write for ever.
  for (int i = 0; i < kMostBuffersDrained && !ended_ && loop_.watches(source_.get()); ++i)
    if (!on_source()) return;
}

void Output::finish(Rest rest) {
  if (ended_) return;
  drain();
  if (ended_) return;
  rest_ = rest;
  rest_bytes_ = core::readable_bytes(source_.get());
  if (pending_.empty() && (*rest_bytes_ == 0 || listeners_.empty())) finish_sinks();
}

void Output::finish_sinks() {
  if (rest_ == Rest::ended) {
    end();
    return;
  }
  for (const auto& listener : listeners_) unwatch(*listener.sink);
  listeners_.clear();
}

bool Output::on_source() {
  std::array<std::byte, kBufferBytes> buffer;
  const auto count = core::try_read(source_.get(), buffer);
  if (!count) return false;
  if (*count == 0) {
    end();
    return true;
  }
  if (listeners_.empty()) return true;  // dropped
  if (rest_bytes_) *rest_bytes_ -= std::min(*rest_bytes_, *count);
  pending_.assign(reinterpret_cast<const char*>(buffer.data()), *count);
  flush_and_go_on();
  return true;
}

void Output::flush_and_go_on() {
  const bool all_taken = flush();
  if (!ended_) watch_source(all_taken);
}

bool Output::flush() {
  bool all_taken = true;
  for (auto& listener : listeners_) {
    const auto rest = std::as_bytes(std::span(pending_)).subspan(listener.taken);
    if (!rest.empty()) listener.taken += listener.sink->write(rest);
    const bool full = listener.taken < pending_.size();
    watch(*listener.sink, full);
    all_taken = all_taken && !full;
  }
  remove_gone();
  if (ended_ || !all_taken) return false;
  std::string().swap(pending_);  // an idle stream keeps no memory
  for (auto& listener : listeners_) listener.taken = 0;
  if (rest_bytes_ == 0U) finish_sinks();
  return !ended_;
}

void Output::remove_gone() {
  bool ends = false;
  for (auto listener = listeners_.begin(); listener != listeners_.end();) {
    if (!listener->sink->is_gone()) {
      ++listener;
      continue;
    }
    ends = ends || listener->loss == Loss::ends_the_stream;
    unwatch(*listener->sink);
    listener = listeners_.erase(listener);
  }
  if (ends) end();
}

void Output::watch_source(bool watch) {
  // Not change(fd, 0): a pipe whose writers have gone would wake the loop for ever.
  if (watch && !loop_.watches(source_.get())) loop_.add(source_.get(), EPOLLIN, [this](std::uint32_t) { on_source(); });
  if (!watch) loop_.remove(source_.get());
}

void Output::watch(Sink& sink, bool for_room) {
  const int fd = sink.fd();
  if (fd < 0) return;
  const bool watched = loop_.watches(fd);
  const std::uint32_t events = for_room ? std::uint32_t{EPOLLOUT} : 0U;
  if (!for_room && !sink.tells_loss()) {
    loop_.remove(fd);
  } else if (watched) {
    loop_.change(fd, events);
  } else {
    // Without any event asked for, the loss of its reader is told all the same.
    loop_.add(fd, events, [this, fd](std::uint32_t happened) { on_sink(fd, happened); });
  }
}

void Output::on_sink(int fd, std::uint32_t events) {
  if ((events & EPOLLERR) != 0) {
    for (auto& listener : listeners_)
      if (listener.sink->fd() == fd) listener.sink->lose();
  }
  if (started_) {
    flush_and_go_on();
  } else {
    remove_gone();
  }
}

void Output::unwatch(const Sink& sink) noexcept {
  if (sink.fd() >= 0) loop_.remove(sink.fd());
}

void Output::end() {
  if (ended_) return;
  ended_ = true;
  close();
  on_end_();
}

void Output::close() noexcept {
  if (source_) loop_.remove(source_.get());
  source_.reset();
  for (const auto& listener : listeners_) unwatch(*listener.sink);
  listeners_.clear();
}

}  // namespace ctrbox::runtime::shim
