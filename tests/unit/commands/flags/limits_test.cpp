// SPDX-License-Identifier: Apache-2.0
#include "commands/flags/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.h"

namespace ctrbox::commands {
namespace {

std::string refusal(const LimitFlags& flags) {
  try {
    chosen_limits(flags);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "";
}

TEST(Limits, NothingTypedSetsNothing) { EXPECT_EQ(chosen_limits({}), runtime::Resources()); }

TEST(Limits, WhatIsTypedIsSet) {
  LimitFlags flags;
  flags.memory = "64m";
  flags.memory_swap = "-1";
  flags.cpus = "0.5";
  flags.cpu_shares = "512";
  flags.cpuset_cpus = "0-1";
  flags.cpuset_mems = "0";
  flags.pids = "100";
  runtime::Resources limits;
  limits.memory_bytes = 64 << 20;
  limits.memory_swap_bytes = -1;
  limits.cpu_quota_us = 50'000;
  limits.cpu_period_us = 100'000;
  limits.cpu_shares = 512;
  limits.cpuset_cpus = "0-1";
  limits.cpuset_mems = "0";
  limits.pids = 100;
  EXPECT_EQ(chosen_limits(flags), limits);
}

TEST(Limits, ARefusalNamesTheFlagAndTheValue) {
  LimitFlags flags;
  flags.memory = "lots";
  EXPECT_THAT(refusal(flags), testing::StartsWith("flag --memory \"lots\": "));
  flags = {};
  flags.memory = "64m";
  flags.memory_swap = "63m";
  EXPECT_THAT(refusal(flags), testing::HasSubstr("memory and swap together"));
  flags = {};
  flags.pids = "-2";
  EXPECT_THAT(refusal(flags), testing::StartsWith("flag --pids-limit \"-2\": "));
  flags = {};
  flags.cpus = "1";
  flags.cpu_quota = "1000";
  EXPECT_THAT(refusal(flags), testing::StartsWith("--cpus "));
}

}  // namespace
}  // namespace ctrbox::commands
