#include "runtime/spec/seccomp_profile.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

Json resolve(const std::string& profile, std::vector<std::string_view> capabilities = {},
             std::string_view architecture = "amd64", KernelVersion kernel = {6, 1}) {
  return seccomp_of_profile(profile, capabilities, architecture, kernel);
}

std::string refusal(const std::string& profile) {
  try {
    resolve(profile);
  } catch (const core::Error& error) {
    EXPECT_EQ(error.code(), core::ErrorCode::invalid_argument);
    return error.what();
  }
  return "no error";
}

// A profile with one rule for "mount" that has the given conditions.
std::string with_rule(const std::string& conditions) {
  return R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["mount"],"action":"SCMP_ACT_ALLOW")" + conditions +
         "}]}";
}
bool counts(const std::string& conditions, std::vector<std::string_view> capabilities = {}) {
  return !resolve(with_rule(conditions), std::move(capabilities))["syscalls"].empty();
}

TEST(SeccompProfile, APlainProfileIsKept) {
  EXPECT_EQ(resolve(R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64"],
      "flags":["SECCOMP_FILTER_FLAG_LOG"],"comment":"x","syscalls":[{"name":"read","action":"SCMP_ACT_ALLOW","comment":""},
      {"names":["socket"],"action":"SCMP_ACT_ERRNO","errnoRet":1,
       "args":[{"index":0,"value":40,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}]}]})"),
            Json::parse(R"({"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":38,"architectures":["SCMP_ARCH_X86_64"],
      "flags":["SECCOMP_FILTER_FLAG_LOG"],"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"},
      {"names":["socket"],"action":"SCMP_ACT_ERRNO","errnoRet":1,
       "args":[{"index":0,"value":40,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}]}]})"));
}

TEST(SeccompProfile, IncludesAreAllNeeded) {
  EXPECT_TRUE(counts(R"(,"includes":{})"));
  EXPECT_FALSE(counts(R"(,"includes":{"caps":["CAP_SYS_ADMIN"]})"));
  EXPECT_TRUE(counts(R"(,"includes":{"caps":["CAP_SYS_ADMIN"]})", {"CAP_SYS_ADMIN"}));
  EXPECT_FALSE(counts(R"(,"includes":{"caps":["CAP_SYS_ADMIN","CAP_BPF"]})", {"CAP_SYS_ADMIN"}));
  EXPECT_TRUE(counts(R"(,"includes":{"arches":["s390x","amd64"]})"));
  EXPECT_FALSE(counts(R"(,"includes":{"arches":["s390x"]})"));
  EXPECT_TRUE(counts(R"(,"includes":{"minKernel":"4.8"})"));
  EXPECT_TRUE(counts(R"(,"includes":{"minKernel":"6.1"})"));
  EXPECT_FALSE(counts(R"(,"includes":{"minKernel":"6.2"})"));
}

TEST(SeccompProfile, OneExcludeIsEnough) {
  EXPECT_TRUE(counts(R"(,"excludes":{"caps":["CAP_SYS_ADMIN"]})"));
  EXPECT_FALSE(counts(R"(,"excludes":{"caps":["CAP_BPF","CAP_SYS_ADMIN"]})", {"CAP_SYS_ADMIN"}));
  EXPECT_FALSE(counts(R"(,"excludes":{"arches":["amd64"]})"));
  EXPECT_FALSE(counts(R"(,"excludes":{"minKernel":"4.8"})"));
  EXPECT_TRUE(counts(R"(,"excludes":{"arches":["s390x"],"minKernel":"7.0"})"));
}

TEST(SeccompProfile, TheArchitecturesOfThisMachineAreTakenFromTheMap) {
  const std::string profile = R"({"defaultAction":"SCMP_ACT_ALLOW","archMap":[
      {"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]},
      {"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]}]})";
  EXPECT_EQ(resolve(profile)["architectures"], Json::parse(R"(["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"])"));
  EXPECT_EQ(resolve(profile, {}, "arm64")["architectures"], Json::parse(R"(["SCMP_ARCH_AARCH64","SCMP_ARCH_ARM"])"));
  EXPECT_FALSE(resolve(profile, {}, "riscv64").contains("architectures"));
}

TEST(SeccompProfile, WhatIsNotUnderstoodIsRefused) {
  EXPECT_EQ(refusal("[]"), "the seccomp profile is not a JSON object");
  EXPECT_EQ(refusal("{"), "the seccomp profile is not JSON (byte 2)");
  EXPECT_EQ(refusal("{}"), "the seccomp profile is not understood: key 'defaultAction' not found");
  EXPECT_EQ(refusal(R"({"defaultAction":1})"),
            "the seccomp profile is not understood: type must be string, but is number");
  EXPECT_EQ(refusal(R"({"defaultAction":"x"})"), "the seccomp profile: unknown action \"x\"");
  EXPECT_EQ(refusal(with_rule(R"(,"name":"umount")")),
            "the seccomp profile: a rule needs either \"name\" or \"names\"");
  EXPECT_EQ(refusal(with_rule(R"(,"args":[{"index":0,"value":1,"op":"LIKE"}])")),
            "the seccomp profile: unknown operator \"LIKE\"");
  EXPECT_EQ(refusal(R"({"defaultAction":"SCMP_ACT_ALLOW","archMap":[{}],"architectures":["x"]})"),
            "the seccomp profile has both \"architectures\" and \"archMap\"");
  EXPECT_EQ(refusal(std::string(100000, '[')), "the seccomp profile is nested too deeply");
  EXPECT_EQ(refusal(std::string((1 << 20) + 1, ' ')), "the seccomp profile has more than 1048576 bytes");
}

TEST(KernelVersion, TheFirstTwoNumbersCount) {
  EXPECT_EQ(parse_kernel_version("6.1.0-18-amd64"), (KernelVersion{6, 1}));
  EXPECT_EQ(parse_kernel_version("4.8"), (KernelVersion{4, 8}));
  EXPECT_EQ(parse_kernel_version("5"), (KernelVersion{5, 0}));
  EXPECT_EQ(parse_kernel_version("linux"), (KernelVersion{0, 0}));
  EXPECT_LT((KernelVersion{4, 19}), (KernelVersion{5, 4}));
}

}  // namespace
}  // namespace ctrbox::runtime
