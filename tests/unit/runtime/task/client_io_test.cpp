#include "runtime/task/client_io.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <thread>

#include "core/base/error.h"
#include "core/sys/fifo.h"
#include "core/sys/file.h"
#include "core/sys/pidfd.h"
#include "core/sys/pty.h"
#include "runtime/task/record.h"
#include "task_fixture.h"

namespace ctrbox::runtime {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMaxOutput = 64 << 20;

class ClientIoTest : public TaskTest {
 protected:
  struct Result {
    std::uint32_t status = 0;
    std::string out, err;
  };

  Task create_with(const FifoSet& fifos, const std::string& id, bool terminal) {
    CreateOptions with_fifos = options(id);
    with_fifos.stdin_path = fifos.stdin_path();
    with_fifos.stdout_path = fifos.stdout_path();
    with_fifos.stderr_path = fifos.stderr_path();
    with_fifos.fifo_directory = fifos.directory();
    with_fifos.terminal = terminal;
    return Task::create(*database_, paths_, with_fifos);
  }

  Result run(const std::vector<std::string>& args, const std::string& input) {
    const std::string id = make_container(args);
    core::Pipe in = core::make_pipe(), out = core::make_pipe(), err = core::make_pipe();
    Result result;
    std::thread writer([&] {
      try {
        core::write_all(in.write_end.get(), input);
      } catch (const core::Error&) {
        // The container did not want it all.
      }
      in.write_end.reset();
    });
    std::thread out_reader([&] { result.out = core::read_all(out.read_end.get(), kMaxOutput, "stdout"); });
    std::thread err_reader([&] { result.err = core::read_all(err.read_end.get(), kMaxOutput, "stderr"); });
    {
      FifoSet fifos = FifoSet::create(paths_, false);
      Task task = create_with(fifos, id, false);
      AttachOptions attach;
      attach.input = in.read_end.get();
      attach.output = out.write_end.get();
      attach.error = err.write_end.get();
      result.status = run_attached(task, fifos, attach).value().status;
    }
    in.read_end.reset();
    out.write_end.reset();
    err.write_end.reset();
    writer.join();
    out_reader.join();
    err_reader.join();
    EXPECT_TRUE(gone(id));
    EXPECT_TRUE(std::filesystem::is_empty(paths_.state + "/fifo"));
    return result;
  }
};

TEST_F(ClientIoTest, StreamsAreKeptApart) {
  const Result result = run({"sh", "-c", "echo to-out; echo to-err >&2; exit 3"}, "");
  EXPECT_EQ(result.status, 3U);
  EXPECT_EQ(result.out, "to-out\n");
  EXPECT_EQ(result.err, "to-err\n");
}

TEST_F(ClientIoTest, InputArrivesWholeAndEnds) {
  std::string input;
  for (int i = 0; i < 200'000; ++i) input += std::to_string(i) + "\n";
  const Result result = run({"cat"}, input);
  EXPECT_EQ(result.status, 0U);
  EXPECT_EQ(result.out.size(), input.size());
  EXPECT_TRUE(result.out == input);
}

TEST_F(ClientIoTest, OutputOfAShortLifeIsNotLost) {
  for (int i = 0; i < 5; ++i) {
    const Result result = run({"sh", "-c", "yes 0123456789 | head -c 1000000"}, "");
    EXPECT_EQ(result.out.size(), 1'000'000U);
  }
}

TEST_F(ClientIoTest, ContainerSeesNoDescriptorOfOurs) {
  const Result result = run({"ls", "/proc/self/fd"}, "");
  EXPECT_EQ(result.out, "0\n1\n2\n3\n");  // 3 is the directory that ls reads
}

TEST_F(ClientIoTest, FailedStartLeavesNoFifo) {
  const std::string id = make_container({"/no/such"});
  {
    FifoSet fifos = FifoSet::create(paths_, false);
    Task task = create_with(fifos, id, false);
    EXPECT_THROW(run_attached(task, fifos, {}), core::Error);
  }
  EXPECT_TRUE(gone(id));
  EXPECT_TRUE(std::filesystem::is_empty(paths_.state + "/fifo"));
}

TEST_F(ClientIoTest, ReaderThatGoesAwayDoesNotStopTheContainer) {
  const std::string id = make_container({"sh", "-c", "yes | head -c 3000000; exit 5"});
  Task task = [&] {
    FifoSet fifos = FifoSet::create(paths_, false);
    Task made = create_with(fifos, id, false);
    made.start();
    return made;
  }();  // nobody reads, and the fifos are gone
  EXPECT_EQ(task.wait().status, 5U);
  EXPECT_TRUE(gone(id));
}

TEST_F(ClientIoTest, TerminalIsRawWhileTheTaskRunsAndRestored) {
  const std::string id = make_container({"sh", "-c", "stty size; read line; echo got $line; exit 4"}, true);
  core::PtyPair user = core::open_pty();
  core::set_window_size(user.slave.get(), {123, 45});
  termios before = {}, after = {};
  ASSERT_EQ(tcgetattr(user.slave.get(), &before), 0);
  FifoSet fifos = FifoSet::create(paths_, true);
  EXPECT_EQ(fifos.stderr_path(), "");
  Task task = create_with(fifos, id, true);
  std::string screen;
  bool raw = false;
  std::thread typist([&] {
    std::array<std::byte, 1024> buffer;
    bool typed = false;
    while (screen.find("got hello") == std::string::npos) {
      const std::size_t count = core::read_some(user.master.get(), buffer);
      if (count == 0) break;
      screen.append(reinterpret_cast<const char*>(buffer.data()), count);
      if (!typed && screen.find('\n') != std::string::npos) {
        typed = true;
        termios now = {};
        tcgetattr(user.slave.get(), &now);
        raw = (now.c_lflag & ICANON) == 0;
        core::write_all(user.master.get(), std::string_view("hello\r"));
      }
    }
  });
  AttachOptions attach{true, user.slave.get(), user.slave.get(), user.slave.get()};
  EXPECT_EQ(run_attached(task, fifos, attach).value().status, 4U);
  typist.join();
  EXPECT_TRUE(raw);
  EXPECT_THAT(screen, HasSubstr("45 123"));
  EXPECT_THAT(screen, HasSubstr("got hello"));
  ASSERT_EQ(tcgetattr(user.slave.get(), &after), 0);
  EXPECT_EQ(after.c_lflag, before.c_lflag);
  EXPECT_TRUE(gone(id));
}

}  // namespace
}  // namespace ctrbox::runtime
