#include "runtime/shim/forwarder.h"

#include <gtest/gtest.h>

#include "core/sys/signals.h"
#include "support/temp_dir.h"
#include "unit/runtime/shim/fake_daemon.h"

namespace ctrbox::runtime::shim {
namespace {

using std::chrono::milliseconds;

class ForwarderTest : public testing::Test {
 protected:
  void SetUp() override { core::ignore_broken_pipes(); }
  static core::events::Event event(int number) {
    return {.sequence = 0,
            .timestamp = 1'500'000'000'000'000'000 + number,
            .ns = "unit",
            .topic = "/tasks/n" + std::to_string(number),
            .type_url = "containerd.events.TaskOOM",
            .value = "bytes"};
  }
  bool idle() {
    return turn_until(loop_, [&] { return forwarder_.idle(); });
  }

  test::TempDir directory_;
  core::EventLoop loop_;
  FakeDaemon daemon_{loop_, directory_.path("socket")};
  Forwarder forwarder_{loop_, directory_.path("socket")};
};

TEST_F(ForwarderTest, EventsArriveAsTheyAreAndInOrder) {
  daemon_.begin();
  for (int n = 0; n < 100; ++n) forwarder_.push(event(n));
  ASSERT_TRUE(idle());
  ASSERT_EQ(daemon_.told.size(), 100U);
  for (int n = 0; n < 100; ++n) EXPECT_EQ(daemon_.told[static_cast<std::size_t>(n)], event(n));
  EXPECT_EQ(daemon_.methods[0], "containerd.services.events.ttrpc.v1.Events/Forward");
}

TEST_F(ForwarderTest, WhatWaitsIsToldOnceADaemonListens) {
  forwarder_.push(event(1));
  forwarder_.push(event(2));
  EXPECT_FALSE(forwarder_.idle());
  daemon_.begin();
  forwarder_.retry_now();
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told, (std::vector{event(1), event(2)}));
}

TEST_F(ForwarderTest, ADaemonThatComesBackHearsWhatHappenedMeanwhile) {
  daemon_.begin();
  forwarder_.push(event(1));
  ASSERT_TRUE(idle());
  daemon_.end();
  forwarder_.push(event(2));
  forwarder_.push(event(3));
  for (int turn = 0; turn < 10; ++turn) loop_.run_once(1);
  EXPECT_FALSE(forwarder_.idle());
  daemon_.begin();  // by itself, after its delay
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told, (std::vector{event(1), event(2), event(3)}));
}

TEST_F(ForwarderTest, AConnectionThatBreaksBeforeTheAnswerLosesNothing) {
  daemon_.begin();
  daemon_.silent = true;
  forwarder_.push(event(1));
  ASSERT_TRUE(turn_until(loop_, [&] { return !daemon_.methods.empty(); }));
  daemon_.end();
  daemon_.silent = false;
  daemon_.begin();
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told, (std::vector{event(1)}));
}

TEST_F(ForwarderTest, AnEventThatIsRefusedIsTriedAgainAndThenDropped) {
  daemon_.begin();
  daemon_.refuse = [](const core::events::Event& told) -> std::optional<core::Error> {
    if (told.topic == "/tasks/n1") return core::invalid_argument("not this one");
    return std::nullopt;
  };
  forwarder_.push(event(1));
  forwarder_.push(event(2));
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told, (std::vector{event(2)}));
  EXPECT_EQ(daemon_.methods.size(), static_cast<std::size_t>(Forwarder::kMaxRefusals) + 1);
}

TEST_F(ForwarderTest, TheOldestAreDroppedWhenTooManyWait) {
  const int count = static_cast<int>(Forwarder::kMaxWaiting) + 10;
  for (int n = 0; n < count; ++n) forwarder_.push(event(n));
  daemon_.begin();
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told.size(), Forwarder::kMaxWaiting + 1);
  EXPECT_EQ(daemon_.told.front(), event(0));  // was being told
  EXPECT_EQ(daemon_.told.back(), event(count - 1));
}

TEST_F(ForwarderTest, BytesThatWaitAreBoundedToo) {
  auto large = event(0);
  large.value.assign(Forwarder::kMaxWaitingBytes / 4, 'x');
  for (int n = 0; n < 10; ++n) forwarder_.push(large);
  daemon_.begin();
  ASSERT_TRUE(idle());
  EXPECT_EQ(daemon_.told.size(), 4U);
}

TEST_F(ForwarderTest, FlushCallsAtOnceWhenNothingWaits) {
  bool flushed = false;
  forwarder_.flush(milliseconds(60'000), [&] { flushed = true; });
  EXPECT_TRUE(flushed);
}

TEST_F(ForwarderTest, FlushWaitsForTheAnswer) {
  daemon_.begin();
  forwarder_.push(event(1));
  bool flushed = false;
  forwarder_.flush(milliseconds(60'000), [&] { flushed = true; });
  EXPECT_FALSE(flushed);
  ASSERT_TRUE(turn_until(loop_, [&] { return flushed; }));
  EXPECT_EQ(daemon_.told, (std::vector{event(1)}));
}

TEST_F(ForwarderTest, FlushGivesUpOnADaemonThatDoesNotAnswer) {
  daemon_.begin();
  daemon_.silent = true;
  forwarder_.push(event(1));
  bool flushed = false;
  forwarder_.flush(milliseconds(20), [&] { flushed = true; });
  EXPECT_TRUE(turn_until(loop_, [&] { return flushed; }));
}

TEST(Forwarder, WithoutADaemonEverythingIsDropped) {
  core::EventLoop loop;
  Forwarder forwarder(loop, "");
  forwarder.push({.ns = "unit", .topic = "/a", .type_url = "b", .value = ""});
  EXPECT_TRUE(forwarder.idle());
}

}  // namespace
}  // namespace ctrbox::runtime::shim
