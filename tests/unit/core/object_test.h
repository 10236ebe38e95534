// The fixture of tests of objects: a database of its own in a temporary directory, and the outbox made readable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "state/transaction.h"

namespace ctrbox::core {

class ObjectTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/ctrbox-core-XXXXXX";
    directory_ = mkdtemp(pattern);
    database_ = std::make_unique<state::Database>(directory_ + "/state.db");
  }
  void TearDown() override {
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  state::Database& database() { return *database_; }

  void write(const std::function<void(state::Transaction&)>& change) {
    database().write(state::Durability::normal, change);
  }

  /// "<namespace> <topic>" of every event, oldest first.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    state::Statement row = database().query("SELECT namespace, topic FROM events ORDER BY sequence");
    while (row.step()) lines.push_back(row.text(0) + " " + row.text(1));
    return lines;
  }

  std::string last_payload() {
    state::Statement row = database().query("SELECT payload FROM events ORDER BY sequence DESC LIMIT 1");
    return row.step() ? row.blob(0) : "";
  }

  /// Runs `change` in a transaction and returns the Error it must throw.
  Error refused(const std::function<void(state::Transaction&)>& change) {
    return error_of([&] { write(change); });
  }

  static Error error_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return internal("nothing was thrown");
  }

  std::string directory_;

 private:
  std::unique_ptr<state::Database> database_;
};

}  // namespace ctrbox::core
