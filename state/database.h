// The per-host state file: one SQLite database in WAL mode, shared by every ctrbox process of the host.
//
// One connection a thread, never carried across fork, and the file is never opened by other means (closing such a
// descriptor would drop SQLite's POSIX locks). Thread: one thread at a time; the caller serialises.
// Ensures after crash: the file holds a prefix of the committed transactions, in order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "state/statement.h"

struct sqlite3;

namespace ctrbox::state {

class Transaction;

/// What a commit waits for. `full` survives a power cut once write() returns; `normal` survives a process crash, and
/// after a power cut may be missing together with everything later, never torn.
enum class Durability { full, normal };

/// Called with each statement as it is executed, values expanded (--debug).
using StatementTrace = std::function<void(std::string_view sql)>;

class Database {
 public:
  /// When the log is folded back into the file: after a write that leaves it long, or when the owner says so.
  enum class Folding { automatic, by_owner };

  /// Opens the file, creating it (0600) and bringing its schema up to date when needed.
  /// Throws std::system_error; a schema newer than this program's is an error that says so and changes nothing.
  explicit Database(const std::string& path, StatementTrace trace = {}, Folding folding = Folding::automatic);
  ~Database();
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;

  /// Returns a statement with `values` bound, ready to step(). `sql` must be a string literal: statements are cached by
  /// its text.
  template <typename... Values>
  Statement query(std::string_view sql, const Values&... values) {
    Statement statement = prepare(sql);
    statement.bind(values...);
    return statement;
  }

  /// Runs `change` in one BEGIN IMMEDIATE transaction and commits it. When the database is busy the whole of `change`
  /// is run again: it must have no effect outside the transaction. An exception rolls back and is rethrown.
  void write(Durability durability, const std::function<void(Transaction&)>& change);

  /// Folds the log back into the file if this connection has left it with at least `pages` pages; waits for the disk,
  /// and for no other process.
  void fold_log(int pages) noexcept;
  /// Whether this connection has written to the log since it was folded.
  bool has_log() const noexcept { return log_pages_ > 0; }

  const std::string& path() const noexcept { return path_; }

 private:
  friend class Transaction;
  struct Cached;

  Statement prepare(std::string_view sql);
  void execute(const char* sql);
  void set_durability(Durability durability);

  std::string path_;
  StatementTrace trace_;
  sqlite3* connection_ = nullptr;
  std::unique_ptr<Cached> cached_;
  Folding folding_;
  int log_pages_ = 0;  // after this connection's last commit
  Durability durability_ = Durability::full;
};

}  // namespace ctrbox::state
