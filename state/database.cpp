#include "state/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <map>
#include <string>

#include "state/error.h"
#include "state/migrations.h"
#include "state/retry.h"
#include "state/transaction.h"

namespace ctrbox::state {

struct Database::Cached {
  struct Entry {
    sqlite3_stmt* statement = nullptr;
    bool in_use = false;
  };
  std::map<std::string, Entry, std::less<>> by_text;
};

namespace {

// Commands come and go, and SQLite's habit of folding the log back into the file when the last connection closes would
// cost each of them three fsyncs. The log stays instead; the next writer folds it back once it has grown to this many
// pages, few enough that whoever opens the file first reads it in a fraction of a millisecond.
constexpr int kPagesBeforeFold = 256;

/// SQLite would fold the log within the commit. It is done after it instead, when whoever waits has been told.
void take_log_over(sqlite3* connection, int* pages) {
  sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  const auto note_pages = [](void* noted, sqlite3*, const char*, int count) {
    *static_cast<int*>(noted) = count;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(connection, note_pages, pages);
}

int trace_statement(unsigned, void* context, void* statement, void*) {
  const auto& trace = *static_cast<const StatementTrace*>(context);
  char* text = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
  if (text != nullptr) trace(text);
  sqlite3_free(text);
  return 0;
}

}  // namespace

Database::Database(const std::string& path, StatementTrace trace, Folding folding)
    : path_(path), trace_(std::move(trace)), cached_(std::make_unique<Cached>()), folding_(folding) {
  const mode_t before = umask(077);
  int code =
      sqlite3_open_v2(path.c_str(), &connection_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nullptr);
  umask(before);
  try {
    if (code != SQLITE_OK) throw_sqlite_error(connection_, code, "opening " + path);
    sqlite3_extended_result_codes(connection_, 1);
    wait_when_busy(connection_);
    take_log_over(connection_, &log_pages_);
    if (trace_) sqlite3_trace_v2(connection_, SQLITE_TRACE_STMT, trace_statement, &trace_);
    execute("PRAGMA foreign_keys = ON");
    migrate(connection_);
  } catch (...) {
    cached_.reset();
    sqlite3_close_v2(connection_);
    throw;
  }
}

Database::~Database() {
  for (auto& [text, entry] : cached_->by_text) sqlite3_finalize(entry.statement);
  sqlite3_close_v2(connection_);
}

Statement Database::prepare(std::string_view sql) {
  auto found = cached_->by_text.find(sql);
  if (found != cached_->by_text.end() && !found->second.in_use) {
    found->second.in_use = true;
    return Statement(found->second.statement, &found->second.in_use);
  }
  sqlite3_stmt* statement = nullptr;
  const bool cache = found == cached_->by_text.end();
  const int code = sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                                      cache ? SQLITE_PREPARE_PERSISTENT : 0U, &statement, nullptr);
  if (code != SQLITE_OK) throw_sqlite_error(connection_, code, "state database");
  if (!cache) return Statement(statement, nullptr);  // the cached one is in the middle of its rows
  auto& entry = cached_->by_text[std::string(sql)];
  entry = {statement, true};
  return Statement(statement, &entry.in_use);
}

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(connection_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_sqlite_error(connection_, sqlite3_extended_errcode(connection_), "state database");
}

void Database::set_durability(Durability durability) {
  if (durability == durability_) return;
  execute(durability == Durability::full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  durability_ = durability;
}

void Database::write(Durability durability, const std::function<void(Transaction&)>& change) {
  set_durability(durability);
  retry_when_busy([&] {
    Transaction transaction(*this);
    change(transaction);
    transaction.commit();
    transaction.run_after_commit();
  });
  if (folding_ == Folding::automatic) fold_log(kPagesBeforeFold);
}

void Database::fold_log(int pages) noexcept {
  if (log_pages_ < pages) return;
  log_pages_ = 0;
  // A failure leaves the log as it is, and the next writer tries again.
  sqlite3_wal_checkpoint_v2(connection_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

}  // namespace ctrbox::state
