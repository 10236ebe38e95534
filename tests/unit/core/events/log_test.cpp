#include "core/events/log.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "core/events/cursors.h"
#include "core/events/doorbell.h"
#include "core/events/outbox.h"
#include "core/events/retention.h"
#include "unit/core/object_test.h"

namespace ctrbox::core::events {
namespace {

class LogTest : public ObjectTest {
 protected:
  std::int64_t add(UnixNanos timestamp, std::size_t bytes = 1) {
    Event event;
    event.timestamp = timestamp;
    event.ns = "foo";
    event.topic = "/a";
    event.type_url = "foo.Bar";
    event.value = std::string(bytes, 'x');
    std::int64_t sequence = 0;
    write([&](state::Transaction& tx) { sequence = append(tx, event); });
    return sequence;
  }
  void add_many(int count, UnixNanos timestamp) {
    write([&](state::Transaction& tx) {
      for (int i = 0; i < count; ++i) {
        Event event;
        event.timestamp = timestamp;
        event.ns = "foo";
        event.topic = "/a";
        event.type_url = "foo.Bar";
        append(tx, event);
      }
    });
  }
  void keep(Retention retention) {
    write([&](state::Transaction& tx) { put_retention(tx, retention); });
  }
  std::int64_t count() {
    state::Statement row = database().query("SELECT count(*) FROM events");
    return row.step() ? row.integer(0) : -1;
  }
  Paths paths() const {
    Paths paths;
    paths.root = directory_;
    return paths;
  }
};

TEST_F(LogTest, IsReadInOrderABatchAtATime) {
  EXPECT_EQ(last_sequence(database()), 0);
  EXPECT_TRUE(read_after(database(), 0).events.empty());
  add_many(600, now_ns());
  EXPECT_EQ(last_sequence(database()), 600);
  std::int64_t position = 0;
  while (true) {
    const Batch batch = read_after(database(), position);
    EXPECT_FALSE(batch.gap);
    EXPECT_LE(batch.events.size(), kBatchEvents);
    if (batch.events.empty()) break;
    for (const Event& event : batch.events) ASSERT_EQ(event.sequence, ++position);
  }
  EXPECT_EQ(position, 600);
}

TEST_F(LogTest, ABatchOfLargeEventsIsBoundedToo) {
  for (int i = 0; i < 4; ++i) add(1, kMaxValueBytes);
  EXPECT_EQ(read_after(database(), 0).events.size(), 1U);
}

TEST_F(LogTest, AnEventIsReadAsItWasWritten) {
  Event event;
  event.timestamp = 1501280391'832013043;
  event.ns = "bb";
  event.topic = "/tasks/x";
  event.type_url = "foo.Bar";
  event.value = std::string("a\0b", 3);
  write([&](state::Transaction& tx) { event.sequence = append(tx, event); });
  EXPECT_EQ(read_after(database(), 0).events.at(0), event);
}

TEST_F(LogTest, BeginsAtATimeAlsoWhenClocksJumped) {
  add(100), add(300), add(200), add(400);
  EXPECT_EQ(first_since(database(), 0), 1);
  EXPECT_EQ(first_since(database(), 201), 2);
  EXPECT_EQ(first_since(database(), 400), 4);
  EXPECT_EQ(first_since(database(), 401), std::nullopt);
}

TEST_F(LogTest, AReaderBehindTheTrimIsToldTheGap) {
  add_many(10, now_ns());
  keep({.max_age = 0, .max_count = 4});
  EXPECT_EQ(trim_all(database()), 6);
  const Batch batch = read_after(database(), 2);
  ASSERT_TRUE(batch.gap);
  EXPECT_EQ(to_string(*batch.gap), "events 3 to 6 are gone: retention removed them before they were read");
  EXPECT_EQ(batch.events.front().sequence, 7);
  EXPECT_FALSE(read_after(database(), 6).gap);
  EXPECT_EQ(to_string(Gap{3, 3}), "event 3 is gone: retention removed it before it was read");
}

TEST_F(LogTest, SequencesGoOnAfterEverythingWasTrimmed) {
  add_many(3, 1);
  keep({.max_age = 1, .max_count = 0});
  EXPECT_EQ(trim_all(database()), 3);
  EXPECT_EQ(last_sequence(database()), 3);
  EXPECT_EQ(add(now_ns()), 4);
}

TEST_F(LogTest, RetentionIsByAgeAndByCount) {
  EXPECT_EQ(get_retention(database()), Retention{});
  add_many(5, 1);
  add_many(5, now_ns());
  keep({.max_age = 3600'000'000'000, .max_count = 0});
  trim_all(database());
  EXPECT_EQ(count(), 5);
  keep({.max_age = 0, .max_count = 2});
  trim_all(database());
  EXPECT_EQ(count(), 2);
  keep({.max_age = 0, .max_count = 0});
  EXPECT_EQ(trim_all(database()), 0);
  EXPECT_EQ(get_retention(database()), (Retention{.max_age = 0, .max_count = 0}));
  EXPECT_EQ(refused([&](state::Transaction& tx) { put_retention(tx, {.max_age = -1, .max_count = 0}); }).code(),
            ErrorCode::invalid_argument);
}

TEST_F(LogTest, AnOldEventBehindAYoungOneStays) {
  add(now_ns());
  add(1);  // forwarded: older than what is kept, but not the oldest in the log
  keep({.max_age = 3600'000'000'000, .max_count = 0});
  EXPECT_EQ(trim_all(database()), 0);
}

TEST_F(LogTest, WhoeverWritesTrimsALittle) {
  keep({.max_age = 0, .max_count = 100});
  for (int i = 0; i < 2000; ++i) add(now_ns());
  EXPECT_GE(count(), 100);
  EXPECT_LE(count(), 100 + kEventsPerTrim);
}

TEST_F(LogTest, ATrimIsSmall) {
  add_many(5000, now_ns());
  keep({.max_age = 0, .max_count = 1});
  EXPECT_EQ(trim(database()), kTrimmedAtOnce);
}

TEST_F(LogTest, CursorsRememberWhereTheyWere) {
  EXPECT_EQ(find_cursor(database(), "one"), std::nullopt);
  write([](state::Transaction& tx) { move_cursor(tx, "one", 5); });
  write([](state::Transaction& tx) { move_cursor(tx, "one", 7); });
  write([](state::Transaction& tx) { move_cursor(tx, "two", 6); });
  EXPECT_EQ(find_cursor(database(), "one"), 7);
  EXPECT_EQ(find_cursor(database(), "two"), 6);
  EXPECT_EQ(refused([](state::Transaction& tx) { move_cursor(tx, "a b", 1); }).code(), ErrorCode::invalid_argument);
}

bool rings(const Doorbell& doorbell, int timeout_ms) {
  pollfd wanted = {doorbell.fd(), POLLIN, 0};
  return poll(&wanted, 1, timeout_ms) == 1;
}

TEST_F(LogTest, ACommitRingsOnceItIsVisible) {
  Doorbell doorbell(paths());
  EXPECT_FALSE(rings(doorbell, 0));
  add(1);
  EXPECT_TRUE(rings(doorbell, 5000));
  doorbell.answer();
  EXPECT_FALSE(rings(doorbell, 0));
}

TEST_F(LogTest, ARolledBackTransactionDoesNotRing) {
  Doorbell doorbell(paths());
  EXPECT_THROW(write([](state::Transaction& tx) {
                 append(tx, "foo", ContainerDelete{"a"});
                 throw std::runtime_error("no");
               }),
               std::runtime_error);
  EXPECT_FALSE(rings(doorbell, 0));
}

TEST_F(LogTest, AProcessThatEndsRingsToo) {
  add(1);  // everything is made
  Doorbell doorbell(paths());
  const pid_t child = fork();
  if (child == 0) {
    state::Database other(directory_ + "/state.db");
    // Committed and then killed, before it could ring: as if by SIGKILL between the two.
    other.write(state::Durability::normal, [](state::Transaction& tx) {
      tx.execute("INSERT INTO events(timestamp, namespace, topic, type_url, payload) VALUES(1, 'a', '/b', 'c', '')");
    });
    raise(SIGKILL);
  }
  EXPECT_TRUE(rings(doorbell, 10000));
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(last_sequence(database()), 2);
}

}  // namespace
}  // namespace ctrbox::core::events
