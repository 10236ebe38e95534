#include "runtime/runc/runc.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace ctrbox::runtime::runc {
namespace {

TEST(RuncLog, LastErrorLineCounts) {
  EXPECT_EQ(last_error(R"({"level":"error","msg":"first","time":"x"}
{"level":"warning","msg":"noise","time":"x"}
{"level":"error","msg":"last","time":"x"}
{"level":"info","msg":"after","time":"x"}
)"),
            "last");
}

TEST(RuncLog, GarbageIsSkipped) {
  EXPECT_EQ(last_error(""), "");
  EXPECT_EQ(last_error("\n\n"), "");
  EXPECT_EQ(last_error("not json\n{\"level\":\"error\"}\n[1]\n{\"level\":1,\"msg\":2}\n"), "");
  EXPECT_EQ(last_error("{\"level\":\"fatal\",\"msg\":\"kept\"}\n{\"level\":\"error\",\"msg\":\"torn"), "kept");
}

TEST(RuncProcesses, ListIsRead) {
  EXPECT_EQ(parse_processes("[12,345]"), (std::vector<std::uint32_t>{12, 345}));
  EXPECT_TRUE(parse_processes("[]").empty());
  EXPECT_THROW(parse_processes("PID\n12\n"), core::Error);
  EXPECT_THROW(parse_processes("{}"), core::Error);
}

TEST(Runc, MissingProgramNamesThePackage) {
  try {
    Runc("no-such-runtime", "/r", "/l");
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::failed_precondition);
    EXPECT_NE(std::string(error.what()).find("apt-get install"), std::string::npos);
  }
}

TEST(Runc, RunIsOneDetachedCall) {
  const auto command = Runc("/bin/true", "/r", "/l").run("c1", "init.pid", "");
  EXPECT_EQ(command.arguments,
            (std::vector<std::string>{"/bin/true", "--root", "/r", "--log", "/l", "--log-format", "json", "run",
                                      "--bundle", ".", "--pid-file", "init.pid", "--detach", "c1"}));
  EXPECT_EQ(command.parent_death_signal, SIGKILL);
}

TEST(Runc, ForeignFlagsGoWhereRuncHasThem) {
  const Flags flags{.systemd_cgroup = true, .no_pivot_root = true, .no_new_keyring = true};
  const Runc runc("/bin/true", "/r", "/l", flags);
  EXPECT_EQ(runc.create("c1", "init.pid", "").arguments,
            (std::vector<std::string>{"/bin/true", "--root", "/r", "--log", "/l", "--log-format", "json",
                                      "--systemd-cgroup", "create", "--bundle", ".", "--pid-file", "init.pid",
                                      "--no-pivot", "--no-new-keyring", "c1"}));
  EXPECT_EQ(runc.start("c1").arguments,
            (std::vector<std::string>{"/bin/true", "--root", "/r", "--log", "/l", "--log-format", "json",
                                      "--systemd-cgroup", "start", "c1"}));
}

}  // namespace
}  // namespace ctrbox::runtime::runc
