#include "state/transaction.h"

#include <sqlite3.h>

#include <algorithm>
#include <exception>

namespace ctrbox::state {

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
  open_ = true;
}

Transaction::~Transaction() {
  // A failed statement may already have ended the transaction; there is nothing more to do about an error here.
  if (open_) sqlite3_exec(database_.connection_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

void Transaction::after_commit(AfterCommit action) {
  if (std::find(after_commit_.begin(), after_commit_.end(), action) == after_commit_.end())
    after_commit_.push_back(action);
}

void Transaction::run_after_commit() noexcept {
  for (const AfterCommit action : after_commit_) {
    try {
      action(database_);
    } catch (const std::exception&) {
      // Told nowhere: whoever depends on it must live without it anyway, since we may be killed before it.
    }
  }
}

std::int64_t Transaction::changes() const { return sqlite3_changes64(database_.connection_); }

std::int64_t Transaction::last_insert_id() const { return sqlite3_last_insert_rowid(database_.connection_); }

}  // namespace ctrbox::state
