#include "runtime/daemon/config.h"

#include <gtest/gtest.h>

#include "core/base/error.h"
#include "runtime/daemon/sockets.h"

namespace ctrbox::runtime::daemon {
namespace {

std::string fault_of(const std::string& toml) {
  try {
    parse_config(toml, "f");
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(DaemonConfig, ReadsItsKeys) {
  const Config config = parse_config(R"(
version = 2
root = "/r"
state = "/s"
idle_timeout = "90s"
[grpc]
address = "/a.sock"
uid = 5
gid = 6
[ttrpc]
address = "/t.sock"
[debug]
level = "warn"
)",
                                     "f");
  EXPECT_EQ(config.root, "/r");
  EXPECT_EQ(config.state, "/s");
  EXPECT_EQ(config.idle_timeout, std::chrono::seconds(90));
  EXPECT_EQ(config.address, "/a.sock");
  EXPECT_EQ(config.uid, 5U);
  EXPECT_EQ(config.gid, 6U);
  EXPECT_EQ(config.ttrpc_address, "/t.sock");
  EXPECT_EQ(config.level, core::log::Level::warning);
  EXPECT_TRUE(config.ignored.empty());
}

TEST(DaemonConfig, ContainerdsOwnFileIsReadAndWhatMeansNothingIsNamed) {
  const Config config = parse_config(
      "oom_score = -999\n[grpc]\nmax_recv_message_size = 5\n[plugins.\"io.containerd.grpc.v1.cri\"]\nx = 1\n", "f");
  EXPECT_EQ(config.ignored, (std::vector<std::string>{"grpc.max_recv_message_size", "oom_score", "plugins"}));
}

TEST(DaemonConfig, FaultsNameThePlace) {
  EXPECT_EQ(fault_of("root = 5\n"), "f:1:8: root must be a string");
  EXPECT_EQ(fault_of("\n[grpc]\n  gid = -1\n"), "f:3:9: grpc.gid must be a user or group id");
  EXPECT_EQ(fault_of("grpc = 1\n"), "f:1:8: grpc must be a table");
  EXPECT_EQ(fault_of("idle_timeout = \"5\"\n"), "f:1:16: duration \"5\" is not like 5s, 100ms or 1h30m");
  EXPECT_EQ(fault_of("[debug]\nlevel = \"loud\"\n"),
            "f:2:9: log level \"loud\" is not one of debug, info, warn, error");
  EXPECT_EQ(fault_of("root = \n").substr(0, 4), "f:1:");
  EXPECT_EQ(fault_of("[!a]\n").substr(0, 4), "f:1:");
}

TEST(DaemonConfig, TheDefaultFileSaysTheDefaults) {
  const Config config = parse_config(default_config(), "f");
  EXPECT_EQ(config.root, "");
  EXPECT_EQ(config.address, "");
  EXPECT_EQ(config.level, core::log::Level::info);
  EXPECT_EQ(config.idle_timeout, std::nullopt);
  EXPECT_TRUE(config.ignored.empty());
}

TEST(DaemonConfig, AFileThatIsNotThereIsNone) { EXPECT_FALSE(read_config("/nowhere/config.toml")); }

TEST(DaemonAddress, IsAnAbsolutePath) {
  EXPECT_EQ(socket_path("/run/x.sock"), "/run/x.sock");
  EXPECT_EQ(socket_path("unix:///run/x.sock"), "/run/x.sock");
  for (const char* address : {"", "x.sock", "tcp://1.2.3.4:5", "/", "/run/", "unix://x"})
    EXPECT_THROW(socket_path(address), core::Error) << address;
}

}  // namespace
}  // namespace ctrbox::runtime::daemon
