// One write transaction. Functions that change state take it as their first argument, so nothing can write outside one.
// Begins IMMEDIATE; rolls back in the destructor unless commit() was called. Made by Database::write alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "state/database.h"

namespace ctrbox::state {

class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// As Database::query.
  template <typename... Values>
  Statement query(std::string_view sql, const Values&... values) {
    return database_.query(sql, values...);
  }

  /// Runs a statement to its end and returns the number of rows it changed.
  template <typename... Values>
  std::int64_t execute(std::string_view sql, const Values&... values) {
    database_.query(sql, values...).run();
    return changes();
  }

  /// Runs an INSERT and returns the new row's id.
  template <typename... Values>
  std::int64_t insert(std::string_view sql, const Values&... values) {
    database_.query(sql, values...).run();
    return last_insert_id();
  }

  Database& database() noexcept { return database_; }

  /// What is to be done once the changes are visible, in the order of the first mention and each once, however often it
  /// is asked for. Nothing of it is done when the transaction is rolled back.
  using AfterCommit = void (*)(Database&);
  void after_commit(AfterCommit action);

  /// Makes the changes visible. Throws std::system_error, and then nothing has changed.
  void commit();
  /// Requires: commit() was called. Errors of an action are dropped: the change is made, and its caller must not take
  /// it for failed.
  void run_after_commit() noexcept;

 private:
  std::int64_t changes() const;
  std::int64_t last_insert_id() const;

  Database& database_;
  std::vector<AfterCommit> after_commit_;
  bool open_ = false;
};

}  // namespace ctrbox::state
