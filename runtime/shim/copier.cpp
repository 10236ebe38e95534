#include "runtime/shim/copier.h"

#include <array>

#include "core/base/error.h"
#include "core/sys/fifo.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr int kMostBuffersDrained = 16;

}  // namespace

Copier::Copier(core::EventLoop& loop, core::Fd source, core::Fd sink, SinkKind kind, std::function<void()> on_end)
    : loop_(loop), source_(std::move(source)), sink_(std::move(sink)), kind_(kind), on_end_(std::move(on_end)) {
  core::set_nonblocking(source_.get());
  if (sink_) core::set_nonblocking(sink_.get());
  if (sink_ && kind_ == SinkKind::fifo) hold_reader();
}

void Copier::start() { watch_source(true); }

void Copier::drain() {
  // Bounded, since a writer that is still there could write for ever.
  for (int i = 0; i < kMostBuffersDrained && !ended_ && loop_.watches(source_.get()); ++i)
    if (!on_source()) return;
}

bool Copier::on_source() {
  std::array<std::byte, kBufferBytes> buffer;
  const auto count = core::try_read(source_.get(), buffer);
  if (!count) return false;
  if (*count == 0) {
    source_ended_ = true;
    end();
    return true;
  }
  if (!sink_) return true;  // dropped
  pending_.assign(reinterpret_cast<const char*>(buffer.data()), *count);
  if (flush() || ended_) return true;
  watch_source(false);
  watch_sink(true);
  return true;
}

void Copier::on_sink(std::uint32_t events) {
  const bool nobody_reads = (events & EPOLLERR) != 0;
  if (nobody_reads) lose_reader();
  if (ended_) return;
  if (!flush()) return;
  watch_sink(false);
  watch_source(true);
}

bool Copier::flush() {
  try {
    std::size_t written = 0;
    while (written < pending_.size()) {
      const auto rest = std::as_bytes(std::span(pending_)).subspan(written);
      const auto count = core::try_write(sink_.get(), rest);
      if (!count) break;
      written += *count;
    }
    pending_.erase(0, written);
  } catch (const core::Error&) {
    lose_reader();
    return !ended_;
  }
  if (pending_.empty()) {
    std::string().swap(pending_);  // an idle stream keeps no memory
    return true;
  }
  // Full. Without our own reading end the kernel tells at once if nobody else reads.
  own_reader_.reset();
  return false;
}

void Copier::hold_reader() { own_reader_ = core::reopen_fifo_to_read(sink_.get()); }

void Copier::lose_reader() {
  pending_.clear();
  if (kind_ == SinkKind::stream) {
    end();
    return;
  }
  hold_reader();
  // What was left in the pipe is older than what comes now.
  std::array<std::byte, kBufferBytes> old;
  for (int i = 0; i < 64; ++i) {
    const auto count = core::try_read(own_reader_.get(), old);
    if (!count || *count == 0) break;
  }
}

void Copier::watch_source(bool watch) {
  // Not change(fd, 0): a pipe whose writers have gone would wake the loop for ever.
  if (watch && !loop_.watches(source_.get())) loop_.add(source_.get(), EPOLLIN, [this](std::uint32_t) { on_source(); });
  if (!watch) loop_.remove(source_.get());
}

void Copier::watch_sink(bool watch) {
  if (watch && !loop_.watches(sink_.get()))
    loop_.add(sink_.get(), EPOLLOUT, [this](std::uint32_t events) { on_sink(events); });
  if (!watch) loop_.remove(sink_.get());
}

void Copier::end() {
  if (ended_) return;
  ended_ = true;
  close();
  on_end_();
}

void Copier::close() noexcept {
  if (source_) loop_.remove(source_.get());
  if (sink_) loop_.remove(sink_.get());
  source_.reset();
  sink_.reset();
  own_reader_.reset();
}

}  // namespace ctrbox::runtime::shim
