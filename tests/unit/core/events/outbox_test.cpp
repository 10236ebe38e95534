#include "core/events/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "unit/core/object_test.h"

namespace ctrbox::core::events {
namespace {

class OutboxTest : public ObjectTest {};

TEST_F(OutboxTest, RowHoldsTheWholeEvent) {
  const UnixNanos before = now_ns();
  write([](state::Transaction& tx) { append(tx, "foo", NamespaceCreate{"foo", {{"a", std::string("x\0y", 3)}}}); });
  state::Statement row =
      database().query("SELECT sequence, timestamp, namespace, topic, type_url, payload FROM events");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 1);
  EXPECT_GE(row.integer(1), before);
  EXPECT_LE(row.integer(1), now_ns());
  EXPECT_EQ(row.text(2), "foo");
  EXPECT_EQ(row.text(3), "/namespaces/create");
  EXPECT_EQ(row.text(4), "containerd.events.NamespaceCreate");
  EXPECT_EQ(row.blob(5), encode(NamespaceCreate{"foo", {{"a", std::string("x\0y", 3)}}}).value);
  EXPECT_FALSE(row.step());
}

TEST_F(OutboxTest, SequenceIsNeverUsedTwice) {
  write([](state::Transaction& tx) { append(tx, "foo", ContainerDelete{"a"}); });
  write([](state::Transaction& tx) { tx.execute("DELETE FROM events"); });
  write([](state::Transaction& tx) { append(tx, "foo", ContainerDelete{"b"}); });
  state::Statement row = database().query("SELECT sequence FROM events");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), 2);
}

TEST_F(OutboxTest, RolledBackTransactionTellsNothing) {
  EXPECT_THROW(write([](state::Transaction& tx) {
                 append(tx, "foo", ContainerDelete{"a"});
                 throw std::runtime_error("no");
               }),
               std::runtime_error);
  EXPECT_TRUE(told().empty());
}

}  // namespace
}  // namespace ctrbox::core::events
