#include "runtime/task/task.h"

#include <gmock/gmock.h>
#include <signal.h>

#include "core/base/error.h"
#include "core/sys/pidfd.h"
#include "runtime/task/record.h"
#include "runtime/task/start_failure.h"
#include "runtime/task/told.h"
#include "task_fixture.h"

namespace ctrbox::runtime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(TaskTest, ExitStatusIsTold) {
  const std::string id = make_container({"sh", "-c", "exit 7"});
  Task task = create(id);
  task.start();
  EXPECT_GT(task.pid(), 0U);
  EXPECT_EQ(task.wait().status, 7U);
  EXPECT_TRUE(gone(id));
  EXPECT_THAT(topics(), ElementsAre("/tasks/create", "/tasks/start", "/tasks/exit"));
  EXPECT_EQ(task.remove().status, 7U);
  EXPECT_THAT(topics(), ElementsAre("/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete"));
  EXPECT_THAT(cgroups(id), IsEmpty());
}

TEST_F(TaskTest, KilledTaskHas128PlusSignal) {
  const std::string id = make_container({"sleep", "1000"});
  Task task = create(id);
  task.start();
  const auto list = list_tasks(*database_, paths_, kNamespace);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].status, TaskStatus::running);
  EXPECT_EQ(list[0].pid, task.pid());
  EXPECT_THROW(task.remove(), core::Error);
  Task::open(*database_, paths_, kNamespace, id).kill(SIGKILL);
  EXPECT_EQ(task.wait().status, 137U);
  EXPECT_TRUE(gone(id));
}

TEST_F(TaskTest, RemoveOnExitLeavesNoRecord) {
  const std::string id = make_container({"true"});
  CreateOptions with_removal = options(id);
  with_removal.remove_on_exit = true;
  Task task = Task::create(*database_, paths_, with_removal);
  task.start();
  EXPECT_EQ(task.wait().status, 0U);
  EXPECT_FALSE(find_task(*database_, kNamespace, id));
  EXPECT_FALSE(core::containers::find(*database_, kNamespace, id));
  EXPECT_TRUE(gone(id));
  EXPECT_THAT(topics(), ElementsAre("/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete"));
}

TEST_F(TaskTest, AnExitWhoseRecordIsGoneIsStillInTheEvents) {
  const std::string id = make_container({"sh", "-c", "exit 3"});
  EXPECT_FALSE(find_told_exit(*database_, kNamespace, id, id));
  CreateOptions with_rm = options(id);
  with_rm.remove_on_exit = true;
  {
    Task task = Task::create(*database_, paths_, with_rm);
    task.start();
    EXPECT_EQ(task.wait().status, 3U);
  }
  EXPECT_FALSE(find_task(*database_, kNamespace, id));
  const auto told = find_told_exit(*database_, kNamespace, id, id);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->status, 3U);
  EXPECT_GT(told->exited_at, 0);
  EXPECT_FALSE(find_told_exit(*database_, "other", id, id));
  EXPECT_TRUE(gone(id));
}

TEST_F(TaskTest, MissingCommandIs127AndLeavesNothing) {
  const std::string id = make_container({"/no/such"});
  Task task = create(id);
  try {
    task.start();
    FAIL() << "a command that is not there was started";
  } catch (const core::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no such file or directory"));
    EXPECT_EQ(exit_code_of_start_failure(error), 127);
  }
  EXPECT_TRUE(gone(id));
  EXPECT_THAT(topics(), IsEmpty());
  EXPECT_FALSE(find_task(*database_, kNamespace, id));
}

TEST_F(TaskTest, KilledShimIsRecordedOnce) {
  const std::string id = make_container({"sleep", "1000"});
  {
    Task task = create(id);
    task.start();
    const auto record = find_task(*database_, kNamespace, id);
    ASSERT_TRUE(record);
    core::PidFd::open(record->shim)->send_signal(SIGKILL);
    EXPECT_EQ(task.wait().status, 137U);
    EXPECT_FALSE(core::is_alive(record->init));
  }
  for (int i = 0; i < 2; ++i) {
    const auto list = list_tasks(*database_, paths_, kNamespace);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].status, TaskStatus::stopped);
    EXPECT_EQ(list[0].exit_status, 137U);
  }
  EXPECT_THAT(topics(), ElementsAre("/tasks/create", "/tasks/start", "/tasks/exit"));
  EXPECT_TRUE(gone(id));
  EXPECT_THAT(cgroups(id), IsEmpty());
}

TEST_F(TaskTest, TaskThatIsNeverStartedGoesWithItsCreator) {
  const std::string id = make_container({"true"});
  { Task task = create(id); }
  EXPECT_TRUE(gone(id));
  EXPECT_FALSE(find_task(*database_, kNamespace, id));
  EXPECT_THAT(topics(), IsEmpty());
}

TEST_F(TaskTest, SameIdAgainWaitsForTheCleanUp) {
  const std::string id = make_container({"true"});
  for (int i = 0; i < 3; ++i) {
    Task task = create(id);
    task.start();
    EXPECT_EQ(task.wait().status, 0U);
    task.remove();
  }
  EXPECT_TRUE(gone(id));
}

TEST_F(TaskTest, SecondTaskOfAContainerIsRefused) {
  const std::string id = make_container({"sleep", "1000"});
  Task task = create(id);
  task.start();
  try {
    create(id);
    FAIL() << "two tasks of one container";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::already_exists);
  }
  task.kill(SIGKILL);
  EXPECT_EQ(task.wait().status, 137U);
  EXPECT_TRUE(gone(id));
}

TEST_F(TaskTest, PauseResumeAndProcesses) {
  const std::string id = make_container({"sleep", "1000"});
  Task task = create(id);
  task.start();
  ASSERT_EQ(task.processes().size(), 1U);
  EXPECT_EQ(task.processes()[0].pid, task.pid());
  EXPECT_EQ(task.processes()[0].exec_id, "");
  task.pause();
  EXPECT_EQ(list_tasks(*database_, paths_, kNamespace)[0].status, TaskStatus::paused);
  EXPECT_THROW(task.pause(), core::Error);
  task.resume();
  EXPECT_EQ(list_tasks(*database_, paths_, kNamespace)[0].status, TaskStatus::running);
  task.kill_all(SIGKILL);
  EXPECT_EQ(task.wait().status, 137U);
  EXPECT_TRUE(gone(id));
}

}  // namespace
}  // namespace ctrbox::runtime
