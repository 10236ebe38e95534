#include "runtime/task/states.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <tuple>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr TaskState kStates[] = {TaskState::absent, TaskState::created, TaskState::running,
                                 TaskState::paused, TaskState::stopped, TaskState::removed};
constexpr TaskMove kMoves[] = {TaskMove::create,     TaskMove::start, TaskMove::pause, TaskMove::resume,
                               TaskMove::checkpoint, TaskMove::kill,  TaskMove::exit,  TaskMove::remove};

TEST(TaskStates, EveryPairIsLegalOrRefused) {
  std::size_t legal = 0;
  for (const TaskState state : kStates) {
    for (const TaskMove move : kMoves) {
      if (is_legal(state, move)) {
        ++legal;
        EXPECT_NO_THROW(next_state(state, move)) << to_string(state) << " " << to_string(move);
      } else {
        EXPECT_THROW(next_state(state, move), core::Error) << to_string(state) << " " << to_string(move);
      }
    }
  }
  EXPECT_EQ(legal, std::size(kLegalMoves));
}

TEST(TaskStates, DocumentShowsTheTable) {
  std::ifstream file(std::string(CTRBOX_SOURCE_DIR) + "/docs/formats/shim-protocol.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string table = "| from | move | to |\n|---|---|---|\n";
  for (const auto& legal : kLegalMoves)
    table += std::string("| ") + to_string(legal.from) + " | " + to_string(legal.move) + " | " + to_string(legal.to) +
             " |\n";
  EXPECT_NE(text.find(table + "\n"), std::string::npos) << "expected:\n" << table;
}

TEST(TaskStates, NoPairIsListedTwice) {
  std::set<std::tuple<TaskState, TaskMove>> seen;
  for (const auto& legal : kLegalMoves) EXPECT_TRUE(seen.emplace(legal.from, legal.move).second);
}

TEST(TaskStates, NothingLeadsOutOfRemoved) {
  for (const auto& legal : kLegalMoves) EXPECT_NE(legal.from, TaskState::removed);
}

TEST(TaskStates, EveryLivingStateMayExit) {
  for (const TaskState state : {TaskState::created, TaskState::running, TaskState::paused})
    EXPECT_EQ(next_state(state, TaskMove::exit), TaskState::stopped);
}

TEST(TaskStates, KillAfterTheExitIsNotFound) {
  try {
    next_state(TaskState::stopped, TaskMove::kill);
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::not_found);
    EXPECT_STREQ(error.what(), "process already finished");
  }
}

}  // namespace
}  // namespace ctrbox::runtime
