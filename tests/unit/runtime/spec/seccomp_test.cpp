#include "runtime/spec/seccomp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;
using Capabilities = std::vector<std::string_view>;

// The unconditional action for a call: that of a rule without arguments, else the default.
std::string action_of(const Json& filter, const std::string& call) {
  for (const Json& rule : filter["syscalls"]) {
    const auto& names = rule["names"];
    if (!rule.contains("args") && std::find(names.begin(), names.end(), call) != names.end()) return rule["action"];
  }
  return filter["defaultAction"];
}

TEST(DefaultSeccomp, RefusesWhatNoCapabilityAllows) {
  const Json filter = default_seccomp({}, "amd64");
  EXPECT_EQ(filter["defaultErrnoRet"], 1);
  for (const char* call :
       {"mount", "bpf", "keyctl", "add_key", "request_key", "io_uring_setup", "userfaultfd", "kexec_load", "unshare",
        "setns", "chroot", "open_by_handle_at", "init_module", "reboot", "swapon"})
    EXPECT_EQ(action_of(filter, call), "SCMP_ACT_ERRNO") << call;
  for (const char* call : {"read", "execve", "futex", "statx", "faccessat2", "ptrace", "arch_prctl"})
    EXPECT_EQ(action_of(filter, call), "SCMP_ACT_ALLOW") << call;
}

TEST(DefaultSeccomp, CapabilityBringsItsCalls) {
  EXPECT_EQ(action_of(default_seccomp(Capabilities{"CAP_SYS_CHROOT"}, "amd64"), "chroot"), "SCMP_ACT_ALLOW");
  EXPECT_EQ(action_of(default_seccomp(Capabilities{"CAP_SYS_CHROOT"}, "amd64"), "mount"), "SCMP_ACT_ERRNO");
  const Json admin = default_seccomp(Capabilities{"CAP_SYS_ADMIN"}, "amd64");
  for (const char* call : {"mount", "unshare", "clone", "clone3"})
    EXPECT_EQ(action_of(admin, call), "SCMP_ACT_ALLOW") << call;
}

TEST(DefaultSeccomp, Clone3IsNotImplementedAndCloneMakesNoNamespaces) {
  const Json filter = default_seccomp({}, "arm64");
  const auto rule_for = [&](const std::string& call) {
    for (const Json& rule : filter["syscalls"]) {
      if (rule["names"] == Json::array({call})) return rule;
    }
    return Json();
  };
  EXPECT_EQ(rule_for("clone3")["errnoRet"], 38);
  EXPECT_EQ(rule_for("clone")["args"],
            Json::parse(R"([{"index":0,"value":2114060288,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"}])"));
}

TEST(DefaultSeccomp, ArchitecturesComeWithTheirOwnCalls) {
  EXPECT_EQ(default_seccomp({}, "arm64")["architectures"], Json::array({"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}));
  EXPECT_EQ(action_of(default_seccomp({}, "arm64"), "arch_prctl"), "SCMP_ACT_ERRNO");
  EXPECT_EQ(action_of(default_seccomp({}, "arm64"), "cacheflush"), "SCMP_ACT_ALLOW");
  EXPECT_FALSE(default_seccomp({}, "riscv64").contains("architectures"));
}

TEST(DefaultSeccomp, NoCallIsNamedTwice) {
  const auto names =
      default_seccomp(Capabilities{"CAP_SYS_ADMIN", "CAP_BPF", "CAP_SYSLOG"}, "amd64")["syscalls"][0]["names"];
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace ctrbox::runtime
