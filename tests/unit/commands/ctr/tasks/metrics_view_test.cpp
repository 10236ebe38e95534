// SPDX-License-Identifier: Apache-2.0
#include "commands/ctr/tasks/metrics_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace ctrbox::commands {
namespace {

Sample sample() {
  Sample sample;
  sample.id = "web";
  sample.at = 1501280391000000000;
  sample.steady_ns = 5'000'000'000;
  runtime::Metrics& metrics = sample.metrics;
  metrics.cgroup_version = 1;
  metrics.memory = {1 << 20, 2 << 20, 4 << 20, 10, 20, 5, 0, std::nullopt, 7, 1};
  metrics.cpu = {1'500'000'000, 1'000'000'000, 500'000'000, 4, 2, 90'000, {1'000'000'000, 500'000'000}};
  metrics.pids = {3, std::nullopt};
  metrics.io = {{8, 0, 4096, 512, 3, 1}, {8, 16, 1024, 0, 1, 0}};
  metrics.figures = {{"memory.usage_in_bytes", "1048576"}};
  return sample;
}

std::string text(const Table& table) {
  std::ostringstream out;
  table.print(out);
  return out.str();
}

TEST(MetricsView, JsonHasEveryNameAndNullForNoLimit) {
  EXPECT_EQ(metrics_json(sample()),
            R"({"id":"web","time":1501280391000000000,"cgroup_version":1,)"
            R"("memory":{"usage":1048576,"max_usage":2097152,"limit":4194304,"anon":10,"file":20,"inactive_file":5,)"
            R"("swap_usage":0,"swap_limit":null,"limit_hits":7,"oom_kills":1},)"
            R"("cpu":{"usage":1500000000,"user":1000000000,"system":500000000,"periods":4,"throttled_periods":2,)"
            R"("throttled":90000,"per_cpu":[1000000000,500000000]},"pids":{"current":3,"limit":null},)"
            R"("io":[{"device":"8:0","read_bytes":4096,"write_bytes":512,"reads":3,"writes":1},)"
            R"({"device":"8:16","read_bytes":1024,"write_bytes":0,"reads":1,"writes":0}],"huge_pages":[]})");
}

TEST(MetricsView, TheListIsForPeople) {
  const auto list = text(metrics_list(sample().metrics));
  EXPECT_THAT(list, testing::StartsWith("METRIC "));
  for (const char* line :
       {"memory.usage +1.0 MiB\n", "memory.limit +4.0 MiB\n", "memory.swap_limit +unlimited\n", "cpu.usage +1s500ms\n",
        "cpu.throttled +90us\n", "pids.limit +unlimited\n", "io.8:0.read_bytes +4.0 KiB\n", "cpu.per_cpu.1 +500ms\n"})
    EXPECT_THAT(list, testing::ContainsRegex(line));
}

TEST(MetricsView, TheKernelsFiguresKeepTheirNames) {
  EXPECT_EQ(text(kernel_figures(sample().metrics)), "METRIC                 VALUE\nmemory.usage_in_bytes  1048576\n");
}

TEST(MetricsView, ARowHasTheShareOfTheCpuSinceTheSampleBefore) {
  Sample before = sample();
  before.steady_ns -= 1'000'000'000;
  before.metrics.cpu.usage_ns -= 250'000'000;
  EXPECT_THAT(metrics_row(sample(), &before),
              testing::ElementsAre("web", "25.00%", "1.0 MiB / 4.0 MiB", "25.00%", "3", "5.0 KiB / 512.0 B"));
  EXPECT_EQ(metrics_row(sample(), nullptr)[1], "-");
  before.metrics.cpu.usage_ns = 2'000'000'000;
  EXPECT_EQ(metrics_row(sample(), &before)[1], "0.00%") << "a counter that began anew";
}

TEST(MetricsView, WithoutALimitThereIsNoShareOfIt) {
  Sample unlimited = sample();
  unlimited.metrics.memory.limit.reset();
  const auto row = metrics_row(unlimited, nullptr);
  EXPECT_EQ(row[2], "1.0 MiB / unlimited");
  EXPECT_EQ(row[3], "-");
}

}  // namespace
}  // namespace ctrbox::commands
