#include "runtime/task/states.h"

#include <string>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

const LegalMove* find_move(TaskState state, TaskMove move) noexcept {
  for (const auto& legal : kLegalMoves)
    if (legal.from == state && legal.move == move) return &legal;
  return nullptr;
}

}  // namespace

const char* to_string(TaskState state) noexcept {
  switch (state) {
    case TaskState::absent: return "absent";
    case TaskState::created: return "created";
    case TaskState::running: return "running";
    case TaskState::paused: return "paused";
    case TaskState::stopped: return "stopped";
    case TaskState::removed: return "removed";
  }
  return "unknown";
}

const char* to_string(TaskMove move) noexcept {
  switch (move) {
    case TaskMove::create: return "create";
    case TaskMove::start: return "start";
    case TaskMove::pause: return "pause";
    case TaskMove::resume: return "resume";
    case TaskMove::checkpoint: return "checkpoint";
    case TaskMove::kill: return "kill";
    case TaskMove::exit: return "exit";
    case TaskMove::remove: return "remove";
  }
  return "unknown";
}

bool is_legal(TaskState state, TaskMove move) noexcept { return find_move(state, move) != nullptr; }

TaskState next_state(TaskState state, TaskMove move) {
  if (const LegalMove* legal = find_move(state, move)) return legal->to;
  if (state == TaskState::absent) throw core::failed_precondition("container must be created");
  if (move == TaskMove::kill) throw core::not_found("process already finished");
  throw core::failed_precondition(std::string("cannot ") + to_string(move) + " a task that is " + to_string(state));
}

}  // namespace ctrbox::runtime
