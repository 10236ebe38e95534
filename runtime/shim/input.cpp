#include "runtime/shim/input.h"

#include <array>
#include <span>

#include "core/base/error.h"
#include "core/sys/fifo.h"

namespace ctrbox::runtime::shim {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;

}  // namespace

Input::Input(core::EventLoop& loop, core::Fd sink) : loop_(loop), sink_(std::move(sink)) {
  core::set_nonblocking(sink_.get());
}

void Input::add(core::Fd source, AtEnd at_end) {
  if (!sink_) return;
  core::set_nonblocking(source.get());
  const int fd = source.get();
  sources_[fd] = {std::move(source), at_end};
  if (started_ && pending_.empty()) watch_sources(true);
}

void Input::start() {
  started_ = true;
  watch_sources(true);
}

void Input::finish() {
  finishing_ = true;
  if (pending_.empty()) close();
}

void Input::on_source(int fd) {
  std::array<std::byte, kBufferBytes> buffer;
  const auto count = core::try_read(fd, buffer);
  if (!count) return;
  if (*count == 0) {
    const AtEnd at_end = sources_.at(fd).at_end;
    loop_.remove(fd);
    sources_.erase(fd);
    if (at_end == AtEnd::close) finish();
    return;
  }
  pending_.assign(reinterpret_cast<const char*>(buffer.data()), *count);
  flush();
}

void Input::flush() {
  try {
    while (!pending_.empty()) {
      const auto count = core::try_write(sink_.get(), std::as_bytes(std::span(pending_)));
      if (!count) break;
      pending_.erase(0, *count);
    }
  } catch (const core::Error&) {
    close();  // the process reads no more
    return;
  }
  if (!pending_.empty()) {
    watch_sources(false);
    if (!loop_.watches(sink_.get())) loop_.add(sink_.get(), EPOLLOUT, [this](std::uint32_t) { flush(); });
    return;
  }
  std::string().swap(pending_);
  loop_.remove(sink_.get());
  if (finishing_) {
    close();
  } else {
    watch_sources(true);
  }
}

void Input::watch_sources(bool watch) {
  for (const auto& [fd, source] : sources_) {
    if (!watch) {
      loop_.remove(fd);
    } else if (!loop_.watches(fd)) {
      loop_.add(fd, EPOLLIN, [this, fd = fd](std::uint32_t) { on_source(fd); });
    }
  }
}

void Input::close() noexcept {
  for (const auto& [fd, source] : sources_) loop_.remove(fd);
  sources_.clear();
  if (sink_) loop_.remove(sink_.get());
  sink_.reset();
}

}  // namespace ctrbox::runtime::shim
