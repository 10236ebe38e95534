#include "state/transaction.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace ctrbox::state {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/ctrbox-state-XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string path() const { return directory_ + "/state.db"; }

  std::string directory_;
};

std::int64_t count_namespaces(Database& database) {
  Statement statement = database.query("SELECT count(*) FROM namespaces");
  statement.step();
  return statement.integer(0);
}

TEST_F(TransactionTest, CommittedRowIsSeenByAnotherConnection) {
  Database writer(path());
  writer.write(Durability::full,
               [](Transaction& tx) { tx.execute("INSERT INTO namespaces(name, created_at) VALUES(?, ?)", "foo", 1); });
  Database reader(path());
  EXPECT_EQ(count_namespaces(reader), 1);
}

TEST_F(TransactionTest, ExceptionRollsBack) {
  Database database(path());
  EXPECT_THROW(database.write(Durability::normal,
                              [](Transaction& tx) {
                                tx.execute("INSERT INTO namespaces(name, created_at) VALUES(?, ?)", "foo", 1);
                                throw std::runtime_error("no");
                              }),
               std::runtime_error);
  EXPECT_EQ(count_namespaces(database), 0);
}

TEST_F(TransactionTest, NewerSchemaIsRefused) {
  { Database database(path()); }
  {
    Database database(path());
    database.query("PRAGMA user_version = 999").run();
  }
  EXPECT_THROW(Database database(path()), std::runtime_error);
}

TEST_F(TransactionTest, AfterCommitRunsEachActionOnceAndOnlyThen) {
  static int rung = 0;
  static std::int64_t seen = 0;
  rung = 0;
  Database database(path());
  database.write(Durability::normal, [](Transaction& tx) {
    tx.execute("INSERT INTO namespaces(name, created_at) VALUES(?, ?)", "foo", 1);
    for (int i = 0; i < 3; ++i) tx.after_commit([](Database&) { ++rung; });
    tx.after_commit([](Database& visible) {
      seen = count_namespaces(visible);
      throw std::runtime_error("dropped: the change is made");
    });
    EXPECT_EQ(rung, 0);
  });
  EXPECT_EQ(rung, 1);
  EXPECT_EQ(seen, 1);
}

TEST_F(TransactionTest, AfterCommitIsForgottenWithTheTransaction) {
  static int rung = 0;
  rung = 0;
  Database database(path());
  const auto fail = [](Transaction& tx) {
    tx.after_commit([](Database&) { ++rung; });
    throw std::runtime_error("no");
  };
  EXPECT_THROW(database.write(Durability::normal, fail), std::runtime_error);
  database.write(Durability::normal, [](Transaction&) {});
  EXPECT_EQ(rung, 0);
}

}  // namespace
}  // namespace ctrbox::state
