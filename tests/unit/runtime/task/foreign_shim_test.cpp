// Our client and a shim that is not ours: containerd's own, started by the binary contract and driven to the end.
#include <fcntl.h>

#include <fstream>

#include "core/sys/file.h"
#include "core/sys/unix_socket.h"
#include "runc_options.pb.h"
#include "runtime/task/client.h"
#include "unit/runtime/task/task_fixture.h"

namespace ctrbox::runtime {
namespace {

namespace messages = ctrbox::wire;

constexpr const char* kShim = "containerd-shim-runc-v2";
constexpr std::size_t kMaxAnswerBytes = 64 * 1024;

class ForeignShimTest : public TaskTest {
 protected:
  void SetUp() override {
    TaskTest::SetUp();
    if (IsSkipped()) return;
    const auto program = core::find_program(kShim);
    if (!program) GTEST_SKIP() << "needs " << kShim;
    program_ = *program;
  }

  void TearDown() override {
    if (!bundle_.empty()) {
      if (shim_) shut_down();
      run_shim({"-bundle", bundle_, "delete"});  // whatever became of the test
    }
    TaskTest::TearDown();
  }

  /// A bundle whose root file system is to be mounted by the shim.
  void make_bundle(const std::vector<std::string>& args) {
    id_ = make_container(args);
    bundle_ = directory_ + "/" + id_;  // its last name must be the task's
    std::filesystem::create_directories(bundle_ + "/rootfs");
    ASSERT_EQ(mkfifo((bundle_ + "/log").c_str(), 0600), 0);
    log_ = core::open_at(AT_FDCWD, bundle_ + "/log", O_RDWR | O_NONBLOCK);
    std::string spec = core::containers::get(*database_, kNamespace, id_).spec;
    spec.replace(spec.find(rootfs_), rootfs_.size(), "rootfs");
    std::ofstream(bundle_ + "/config.json") << spec;
  }

  /// Runs it in the bundle as a daemon does; returns what it prints.
  std::string run_shim(const std::vector<std::string>& action) {
    const core::Fd directory = core::open_at(AT_FDCWD, bundle_, O_RDONLY | O_DIRECTORY);
    const core::Fd output = core::open_at(AT_FDCWD, directory_ + "/answer", O_RDWR | O_CREAT | O_TRUNC, 0600);
    core::SpawnOptions command;
    command.program = program_;
    command.arguments = {kShim, "-namespace", kNamespace, "-address", directory_ + "/none.sock", "-id", id_};
    command.arguments.insert(command.arguments.end(), action.begin(), action.end());
    command.descriptors = {{output.get(), 1}, {output.get(), 2}};
    command.directory = directory.get();
    EXPECT_EQ(core::wait_for(core::spawn(command)).status, 0U);
    return core::read_file(AT_FDCWD, directory_ + "/answer", kMaxAnswerBytes);
  }

  ShimClient& start_shim() {
    const std::string address = run_shim({"start"});
    constexpr std::string_view kScheme = "unix://";
    EXPECT_TRUE(address.starts_with(kScheme)) << address;
    return shim_.emplace(core::connect_unix(address.substr(kScheme.size())));
  }

  void shut_down() {
    auto request = about_task<messages::ShutdownRequest>();
    request.set_now(true);
    messages::Empty nothing;
    try {
      shim_->call("Shutdown", request, nothing);
    } catch (const core::Error& error) {
      EXPECT_EQ(error.code(), core::ErrorCode::unavailable);  // gone before it could answer
    }
    shim_.reset();
  }

  messages::CreateTaskRequest create_request() {
    messages::CreateTaskRequest request;
    request.set_id(id_);
    request.set_bundle(bundle_);
    if (has_output_) {
      request.set_stdout(directory_ + "/stdout");
      request.set_stderr(directory_ + "/stdout");
    }
    wire::set_mount(*request.add_rootfs(), {"bind", rootfs_, {"rbind", "rw"}});
    messages::RuncOptions runc;
    runc.set_root(directory_ + "/runc");
    request.mutable_options()->set_type_url("containerd.runc.v1.Options");
    request.mutable_options()->set_value(runc.SerializeAsString());
    return request;
  }

  template <typename Request>
  Request about_task() {
    Request request;
    request.set_id(id_);
    return request;
  }

  std::string program_;
  std::string id_;
  std::string bundle_;
  bool has_output_ = false;
  std::optional<ShimClient> shim_;
  core::Fd log_;  // somebody reads the shim's log, as a daemon does
};

TEST_F(ForeignShimTest, OurClientDrivesContainerdsShimFromCreateToShutdown) {
  make_bundle({"sh", "-c", "echo hello; exit 7"});
  has_output_ = true;
  ASSERT_EQ(mkfifo((directory_ + "/stdout").c_str(), 0600), 0);
  const core::Fd output = core::open_at(AT_FDCWD, directory_ + "/stdout", O_RDWR);
  ShimClient& shim = start_shim();

  messages::CreateTaskResponse created;
  shim.call("Create", create_request(), created);
  EXPECT_GT(created.pid(), 0U);
  messages::StateResponse state;
  shim.call("State", about_task<messages::StateRequest>(), state);
  EXPECT_EQ(state.status(), messages::CREATED);
  EXPECT_EQ(state.pid(), created.pid());

  const std::uint32_t wait = shim.put("Wait", about_task<messages::WaitRequest>());
  messages::StartResponse started;
  shim.call("Start", about_task<messages::StartRequest>(), started);
  EXPECT_EQ(started.pid(), created.pid());
  messages::WaitResponse exit;
  shim.receive(wait, exit);
  EXPECT_EQ(exit.exit_status(), 7U);
  char text[6] = {};
  EXPECT_EQ(core::read_some(output.get(), std::as_writable_bytes(std::span(text))), 6U);
  EXPECT_EQ(std::string_view(text, 6), "hello\n");

  messages::DeleteResponse removed;
  shim.call("Delete", about_task<messages::DeleteRequest>(), removed);
  EXPECT_EQ(removed.exit_status(), 7U);
  EXPECT_EQ(removed.pid(), created.pid());
  try {
    shim.call("State", about_task<messages::StateRequest>(), state);
    FAIL() << "a removed task has a state";
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::not_found);
  }
  shut_down();
  EXPECT_TRUE(cgroups(id_).empty());
}

TEST_F(ForeignShimTest, ItsErrorsAreOurs) {
  make_bundle({"no-such-program"});
  ShimClient& shim = start_shim();
  messages::CreateTaskResponse created;
  try {
    shim.call("Create", create_request(), created);
    messages::StartResponse started;
    shim.call("Start", about_task<messages::StartRequest>(), started);
    FAIL() << "started a program that is not there";
  } catch (const core::Error& error) {
    EXPECT_NE(std::string(error.what()).find("no-such-program"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ctrbox::runtime
