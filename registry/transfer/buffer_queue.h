// The bounded queue between two stages of a layer's pipeline, and the buffers that travel through it.
//
// Buffers are reused: the first touch of a fresh page costs more than the copy into it. The pool never blocks (that
// could deadlock stages that wait for each other); the queues' capacities bound how many buffers there are.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

namespace ctrbox::registry::transfer {

inline constexpr std::size_t kBufferBytes = 512 * 1024;

class Buffer {
 public:
  Buffer() : data_(new std::byte[kBufferBytes]) {}
  std::span<const std::byte> bytes() const noexcept { return {data_.get(), size_}; }
  bool full() const noexcept { return size_ == kBufferBytes; }
  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { size_ = 0; }
  /// Takes as much of `data` as fits and returns the rest.
  std::span<const std::byte> append(std::span<const std::byte> data) noexcept;

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
};

/// Thread: any.
class BufferPool {
 public:
  Buffer take();
  void give_back(Buffer buffer);

 private:
  std::mutex mutex_;
  std::vector<Buffer> free_;  // guarded by mutex_
};

/// One producer, one consumer, and anybody may stop() it.
class BufferQueue {
 public:
  explicit BufferQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. Throws canceled once stopped.
  void push(Buffer buffer);
  /// The next buffer; std::nullopt after finish() when all are taken. Throws canceled once stopped.
  std::optional<Buffer> pop();
  /// The producer has no more.
  void finish();
  /// Both sides get a canceled error from now on.
  void stop() noexcept;
  /// The consumer wants no more: push() succeeds and drops from now on.
  void ignore() noexcept;
  bool ignored() const;

 private:
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Buffer> buffers_;  // this and the following guarded by mutex_
  bool finished_ = false;
  bool stopped_ = false;
  bool ignored_ = false;
};

/// Collects small pieces into whole buffers.
class BufferWriter {
 public:
  BufferWriter(BufferPool& pool, BufferQueue& queue) : pool_(pool), queue_(queue), buffer_(pool.take()) {}
  ~BufferWriter() { pool_.give_back(std::move(buffer_)); }
  BufferWriter(const BufferWriter&) = delete;
  BufferWriter& operator=(const BufferWriter&) = delete;

  void write(std::span<const std::byte> data);
  /// Hands over what is left and finishes the queue.
  void finish();

 private:
  void hand_over();

  BufferPool& pool_;
  BufferQueue& queue_;
  Buffer buffer_;
};

}  // namespace ctrbox::registry::transfer
