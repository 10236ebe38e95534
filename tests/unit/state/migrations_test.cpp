#include "state/migrations.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "state/database.h"

namespace ctrbox::state {
namespace {

class MigrationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/ctrbox-migration-XXXXXX";
    directory_ = mkdtemp(pattern);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ + "/state.db"; }

  /// A database as an older program left it.
  void restore(const std::string& fixture) {
    std::ifstream file(CTRBOX_SOURCE_DIR "/tests/unit/state/fixtures/" + fixture);
    std::stringstream sql;
    sql << file.rdbuf();
    execute(sql.str());
  }
  void execute(const std::string& sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &connection), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(connection);
    sqlite3_close(connection);
  }

  std::string directory_;
};

std::string text(Database& database, const char* sql) {
  Statement row = database.query(sql);
  return row.step() ? row.text(0) : "";
}

TEST_F(MigrationTest, Version1BecomesTheNewestWithItsRows) {
  restore("version1.sql");
  Database database(path());
  EXPECT_EQ(text(database, "PRAGMA user_version"), std::to_string(schema_version()));
  EXPECT_EQ(text(database, "SELECT name FROM namespaces"), "foo");
  EXPECT_EQ(text(database, "SELECT value FROM namespace_labels WHERE key = 'a'"), "b");
  EXPECT_EQ(text(database, "SELECT count(*) FROM settings"), "0");
  EXPECT_EQ(text(database, "SELECT count(*) FROM event_cursors"), "0");
}

TEST_F(MigrationTest, Version1sMessagesGetTheirBareNames) {
  restore("version1.sql");
  Database database(path());
  EXPECT_EQ(text(database, "SELECT type_url FROM events WHERE sequence = 1"), "containerd.events.NamespaceCreate");
  EXPECT_EQ(text(database, "SELECT type_url FROM events WHERE sequence = 2"),
            "types.containerd.io/opencontainers/runtime-spec/1/Spec");
}

TEST_F(MigrationTest, ANewerFileIsRefusedAndNotChanged) {
  { Database database(path()); }
  execute("PRAGMA user_version = 1000");
  EXPECT_THROW(Database database(path()), std::runtime_error);
  execute("CREATE TABLE still_writable(a)");
}

}  // namespace
}  // namespace ctrbox::state
