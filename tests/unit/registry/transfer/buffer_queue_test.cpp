#include "registry/transfer/buffer_queue.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "core/base/error.h"

namespace ctrbox::registry::transfer {
namespace {

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

Buffer buffer_with(const std::string& text) {
  Buffer buffer;
  buffer.append(bytes_of(text));
  return buffer;
}

TEST(BufferQueue, KeepsOrderAndTellsTheEnd) {
  BufferQueue queue(2);
  queue.push(buffer_with("a"));
  queue.push(buffer_with("bc"));
  queue.finish();
  EXPECT_EQ(queue.pop()->bytes().size(), 1U);
  EXPECT_EQ(queue.pop()->bytes().size(), 2U);
  EXPECT_FALSE(queue.pop());
  EXPECT_FALSE(queue.pop());
}

TEST(BufferQueue, StopWakesBothSides) {
  BufferQueue queue(1);
  queue.push(buffer_with("a"));
  std::jthread stopper([&] { queue.stop(); });
  EXPECT_THROW(queue.push(buffer_with("b")), core::Error);
  EXPECT_THROW(queue.pop(), core::Error);
}

TEST(BufferQueue, IgnoringConsumerDoesNotHoldBackTheProducer) {
  BufferQueue queue(1);
  queue.push(buffer_with("a"));
  std::jthread consumer([&] { queue.ignore(); });
  for (int i = 0; i < 10; ++i) queue.push(buffer_with("b"));
  EXPECT_TRUE(queue.ignored());
}

TEST(BufferWriter, MovesEveryByteThroughASmallQueue) {
  BufferPool pool;
  BufferQueue queue(2);
  const std::string piece(100'003, 'x');
  constexpr std::size_t kPieces = 50;
  std::jthread producer([&] {
    BufferWriter writer(pool, queue);
    for (std::size_t i = 0; i < kPieces; ++i) writer.write(bytes_of(piece));
    writer.finish();
  });
  std::size_t total = 0;
  while (auto buffer = queue.pop()) {
    total += buffer->bytes().size();
    pool.give_back(std::move(*buffer));
  }
  EXPECT_EQ(total, kPieces * piece.size());
}

TEST(BufferPool, GivesBuffersBackEmpty) {
  BufferPool pool;
  pool.give_back(buffer_with("old"));
  EXPECT_TRUE(pool.take().empty());
}

}  // namespace
}  // namespace ctrbox::registry::transfer
