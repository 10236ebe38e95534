// SPDX-License-Identifier: Apache-2.0
#include "runtime/spec/resources.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

TEST(Resources, WhatIsNotSetIsNotMentioned) {
  EXPECT_EQ(to_json({}).dump(), "{}");
  ResourceLimits limits;
  limits.memory_bytes = 64 << 20;
  EXPECT_EQ(to_json(limits).dump(), R"({"memory":{"limit":67108864}})");
}

TEST(Resources, EveryLimitHasThePlaceThatTheSpecGivesIt) {
  ResourceLimits limits;
  limits.memory_bytes = 1 << 20;
  limits.memory_swap_bytes = -1;
  limits.cpu_quota = 150'000;
  limits.cpu_period = 100'000;
  limits.cpu_shares = 512;
  limits.cpuset_cpus = "0-1";
  limits.cpuset_mems = "0";
  limits.pids = 7;
  EXPECT_EQ(to_json(limits).dump(),
            R"({"memory":{"limit":1048576,"swap":-1},)"
            R"("cpu":{"shares":512,"quota":150000,"period":100000,"cpus":"0-1","mems":"0"},"pids":{"limit":7}})");
}

TEST(Resources, LaidOverASpecTheyLeaveWhatTheyDoNotMention) {
  auto spec = nlohmann::ordered_json::parse(R"({"devices":[{"allow":false}],"cpu":{"shares":2,"quota":1000}})");
  ResourceLimits limits;
  limits.cpu_shares = 512;
  spec.merge_patch(to_json(limits));
  EXPECT_EQ(spec.dump(), R"({"devices":[{"allow":false}],"cpu":{"shares":512,"quota":1000}})");
}

TEST(Resources, ASpecKeepsEverythingElse) {
  const std::string spec = R"({"ociVersion":"1.0.2","linux":{"cgroupsPath":"/a/b","resources":{"pids":{"limit":3}}}})";
  ResourceLimits limits;
  limits.memory_bytes = 1 << 20;
  EXPECT_EQ(with_resources(spec, to_json(limits)), R"({"ociVersion":"1.0.2","linux":{"cgroupsPath":"/a/b",)"
                                                   R"("resources":{"pids":{"limit":3},"memory":{"limit":1048576}}}})");
  EXPECT_EQ(with_resources("{}", to_json(limits)), R"({"linux":{"resources":{"memory":{"limit":1048576}}}})");
  EXPECT_THROW(with_resources("nonsense", to_json(limits)), core::Error);
}

TEST(Resources, CpusAreAQuotaOfThePeriod) {
  ResourceLimits limits;
  set_cpus(limits, parse_cpus("1.5"));
  EXPECT_EQ(limits.cpu_quota, 150'000);
  EXPECT_EQ(limits.cpu_period, 100'000U);
  ResourceLimits with_period;
  with_period.cpu_period = 50'000;
  set_cpus(with_period, parse_cpus("0.5"));
  EXPECT_EQ(with_period.cpu_quota, 25'000);
  EXPECT_THROW(set_cpus(limits, 1), core::Error) << "beside a quota";
  ResourceLimits nearly_none;
  EXPECT_THROW(set_cpus(nearly_none, 0.001), core::Error);
}

TEST(Resources, OtherNumbersOfCpusAreRefused) {
  for (const char* text : {"", "0", "-1", "x", "1x", "nan", "inf", "1e400", "1000000", " 1"})
    EXPECT_THROW(parse_cpus(text), core::Error) << text;
}

TEST(Resources, ListsOfCpusAreNumbersAndRanges) {
  for (const char* text : {"0", "0-3", "0-3,5", "7,0"}) EXPECT_NO_THROW(check_cpu_list(text)) << text;
  for (const char* text : {"", ",", "0,", "3-1", "a", "0-", "-1", "0 1", "0-3:2", "99999"})
    EXPECT_THROW(check_cpu_list(text), core::Error) << text;
}

TEST(Resources, OnlyAnObjectOfReasonableSizeIsRead) {
  EXPECT_EQ(parse_resources(R"({"pids":{"limit":5}})").dump(), R"({"pids":{"limit":5}})");
  EXPECT_EQ(parse_resources(R"({"cpu":null,"pids":{"limit":5},"memory":null})").dump(), R"({"pids":{"limit":5}})");
  for (const std::string text : {"", "[]", "5", "{", "null"}) EXPECT_THROW(parse_resources(text), core::Error) << text;
  EXPECT_THROW(parse_resources(R"({"a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"), core::Error);
  EXPECT_THROW(parse_resources("{" + std::string(2 << 20, ' ') + "}"), core::Error);
}

}  // namespace
}  // namespace ctrbox::runtime
