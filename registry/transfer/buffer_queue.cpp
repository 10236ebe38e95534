#include "registry/transfer/buffer_queue.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::registry::transfer {

std::span<const std::byte> Buffer::append(std::span<const std::byte> data) noexcept {
  const std::size_t length = std::min(kBufferBytes - size_, data.size());
  if (length > 0) std::memcpy(data_.get() + size_, data.data(), length);
  size_ += length;
  return data.subspan(length);
}

Buffer BufferPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Buffer buffer = std::move(free_.back());
      free_.pop_back();
      return buffer;
    }
  }
  return {};
}

void BufferPool::give_back(Buffer buffer) {
  buffer.clear();
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(buffer));
}

void BufferQueue::push(Buffer buffer) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || ignored_ || buffers_.size() < capacity_; });
  if (stopped_) throw core::canceled("interrupted");
  if (ignored_) return;
  buffers_.push_back(std::move(buffer));
  changed_.notify_all();
}

std::optional<Buffer> BufferQueue::pop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || finished_ || !buffers_.empty(); });
  if (stopped_) throw core::canceled("interrupted");
  if (buffers_.empty()) return std::nullopt;
  Buffer buffer = std::move(buffers_.front());
  buffers_.pop_front();
  changed_.notify_all();
  return buffer;
}

void BufferQueue::finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void BufferQueue::stop() noexcept {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

void BufferQueue::ignore() noexcept {
  const std::lock_guard lock(mutex_);
  ignored_ = true;
  buffers_.clear();
  changed_.notify_all();
}

bool BufferQueue::ignored() const {
  const std::lock_guard lock(mutex_);
  return ignored_;
}

void BufferWriter::write(std::span<const std::byte> data) {
  while (!data.empty()) {
    data = buffer_.append(data);
    if (buffer_.full()) hand_over();
  }
}

void BufferWriter::finish() {
  if (!buffer_.empty()) hand_over();
  queue_.finish();
}

void BufferWriter::hand_over() { queue_.push(std::exchange(buffer_, pool_.take())); }

}  // namespace ctrbox::registry::transfer
