// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/stats.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "runtime/metrics/figures.h"
#include "runtime/metrics/limits.h"
#include "runtime/metrics/version1.h"
#include "runtime/metrics/version2.h"
#include "support/temp_dir.h"

namespace ctrbox::runtime {
namespace {

class Stats : public testing::Test {
 protected:
  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(directory_.path()) / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string group(const std::string& name) { return directory_.path() + "/" + name; }

  core::ProcessCgroups version1() {
    core::ProcessCgroups groups;
    groups.is_version1 = true;
    for (const char* name : {"memory", "cpu", "cpuacct", "pids", "blkio", "hugetlb"}) {
      groups.controllers[name] = group(name);
      std::filesystem::create_directories(group(name));
    }
    return groups;
  }
  Metrics decoded(const core::ProcessCgroups& groups) { return decode_stats(read_stats(groups)); }

  static std::string figure(const Metrics& metrics, const std::string& name) {
    for (const auto& figure : metrics.figures)
      if (figure.name == name) return figure.value;
    return "not there";
  }

  test::TempDir directory_;
};

TEST_F(Stats, MemoryOfVersion1) {
  const auto groups = version1();
  write("memory/memory.usage_in_bytes", "5000\n");
  write("memory/memory.max_usage_in_bytes", "6000\n");
  write("memory/memory.limit_in_bytes", "8192\n");
  write("memory/memory.failcnt", "7\n");
  write("memory/memory.memsw.usage_in_bytes", "5100\n");
  write("memory/memory.memsw.limit_in_bytes", "10240\n");
  write("memory/memory.stat", "cache 1\nrss 2\ntotal_cache 300\ntotal_rss 400\ntotal_inactive_file 50\nnew_key 9\n");
  write("memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.cgroup_version, 1);
  EXPECT_EQ(metrics.memory, (MemoryMetrics{5000, 6000, 8192, 400, 300, 50, 100, 2048, 7, 3}));
  EXPECT_EQ(figure(metrics, "memory.memsw.usage_in_bytes"), "5100");
  EXPECT_EQ(figure(metrics, "memory.stat.rss"), "2");
}

TEST_F(Stats, AVersion1LimitOfAllPagesIsNone) {
  const auto groups = version1();
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("pids/pids.current", "2\n");
  write("pids/pids.max", "max\n");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.memory.limit, std::nullopt);
  EXPECT_EQ(metrics.pids, (PidsMetrics{2, std::nullopt}));
  EXPECT_EQ(figure(metrics, "memory.limit_in_bytes"), "max");
  EXPECT_EQ(figure(metrics, "pids.max"), "max");
}

TEST_F(Stats, CpuAndPidsOfVersion1) {
  const auto groups = version1();
  write("cpuacct/cpuacct.usage", "900\n");
  write("cpuacct/cpuacct.usage_user", "500\n");
  write("cpuacct/cpuacct.usage_sys", "400\n");
  write("cpuacct/cpuacct.usage_percpu", "300 600 \n");
  write("cpu/cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_time 77\n");
  write("pids/pids.current", "3\n");
  write("pids/pids.max", "32\n");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.cpu, (CpuMetrics{900, 500, 400, 10, 4, 77, {300, 600}}));
  EXPECT_EQ(metrics.pids, (PidsMetrics{3, 32}));
  EXPECT_EQ(figure(metrics, "cpuacct.usage_percpu.1"), "600");
}

TEST_F(Stats, OldKernelsTellUserAndSystemInTicks) {
  const auto groups = version1();
  write("cpuacct/cpuacct.stat", "user 5\nsystem 2\n");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.cpu.user_ns, 50'000'000U);
  EXPECT_EQ(metrics.cpu.system_ns, 20'000'000U);
}

TEST_F(Stats, DevicesOfVersion1AreTakenFromTheFirstFileThatSaysSomething) {
  const auto groups = version1();
  write("blkio/blkio.throttle.io_service_bytes_recursive", "Total 0\n");
  write("blkio/blkio.bfq.io_service_bytes_recursive",
        "8:0 Read 4096\n8:0 Write 512\n8:0 Total 4608\n253:16 Read 1\n253:16 Write 2\nTotal 4611\n");
  write("blkio/blkio.throttle.io_serviced", "8:0 Read 3\n8:0 Write 1\n");
  write("blkio/blkio.bfq.io_serviced_recursive", "8:0 Read 99\n");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.io, (std::vector<IoMetrics>{{8, 0, 4096, 512, 3, 1}, {253, 16, 1, 2, 0, 0}}));
  EXPECT_EQ(figure(metrics, "blkio.io_service_bytes.8:0.Total"), "4608");
}

TEST_F(Stats, HugePagesOfBothVersions) {
  const auto groups = version1();
  write("hugetlb/hugetlb.2MB.usage_in_bytes", "4194304\n");
  write("hugetlb/hugetlb.2MB.rsvd.usage_in_bytes", "1\n");
  EXPECT_EQ(decoded(groups).huge_pages, (std::vector<HugePageMetrics>{{"2MB", 4194304, std::nullopt}}));
  core::ProcessCgroups unified;
  unified.unified = group("two");
  write("two/hugetlb.1GB.current", "0\n");
  write("two/hugetlb.1GB.max", "1073741824\n");
  EXPECT_EQ(decoded(unified).huge_pages, (std::vector<HugePageMetrics>{{"1GB", 0, 1073741824}}));
}

TEST_F(Stats, AVersion1HostWithoutAnyFileHasNothing) {
  const auto metrics = decoded(version1());
  EXPECT_EQ(metrics.memory, MemoryMetrics());
  EXPECT_EQ(metrics.cpu, CpuMetrics());
  EXPECT_EQ(metrics.pids, PidsMetrics());
  EXPECT_TRUE(metrics.io.empty());
}

TEST_F(Stats, EveryFigureOfVersion2) {
  write("two/memory.current", "5000\n");
  write("two/memory.peak", "6000\n");
  write("two/memory.max", "8192\n");
  write("two/memory.swap.current", "10\n");
  write("two/memory.swap.max", "max\n");
  write("two/memory.stat",
        "anon 400\nfile 300\ninactive_file 50\nworkingset_refault_anon 1\nworkingset_refault_file 2\n");
  write("two/memory.events", "low 0\nhigh 0\nmax 7\noom 4\noom_kill 3\noom_group_kill 0\n");
  write("two/cpu.stat", "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 10\nnr_throttled 6\nthrottled_usec 7\n");
  write("two/pids.current", "3\n");
  write("two/pids.max", "max\n");
  write("two/io.stat",
        "8:0 rbytes=4096 wbytes=512 rios=3 wios=1 dbytes=0 dios=0\n253:16 rbytes=1 wbytes=2 rios=3 wios=4\n");
  core::ProcessCgroups groups;
  groups.unified = group("two");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.cgroup_version, 2);
  EXPECT_EQ(metrics.memory, (MemoryMetrics{5000, 6000, 8192, 400, 300, 50, 10, std::nullopt, 7, 3}));
  EXPECT_EQ(metrics.cpu, (CpuMetrics{9000, 5000, 4000, 10, 6, 7000, {}}));
  EXPECT_EQ(metrics.pids, (PidsMetrics{3, std::nullopt}));
  EXPECT_EQ(metrics.io, (std::vector<IoMetrics>{{8, 0, 4096, 512, 3, 1}, {253, 16, 1, 2, 3, 4}}));
  EXPECT_EQ(figure(metrics, "memory.stat.workingset_refault"), "3");
  EXPECT_EQ(figure(metrics, "memory.swap.max"), "max");
  EXPECT_EQ(figure(metrics, "io.stat.8:0.wios"), "1");
}

TEST_F(Stats, AVersion2GroupWithoutControllersHasNothing) {
  std::filesystem::create_directories(group("two"));
  core::ProcessCgroups groups;
  groups.unified = group("two");
  const auto metrics = decoded(groups);
  EXPECT_EQ(metrics.memory, MemoryMetrics());
  EXPECT_EQ(metrics.pids, PidsMetrics());
}

TEST_F(Stats, LimitsThatAreSetNow) {
  const auto groups = version1();
  write("memory/memory.limit_in_bytes", "8192\n");
  write("memory/memory.memsw.limit_in_bytes", "9223372036854771712\n");
  write("cpu/cpu.shares", "1024\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  write("cpu/cpu.cfs_quota_us", "-1\n");
  write("pids/pids.max", "max\n");
  const auto one = read_limits(groups);
  EXPECT_EQ(to_json(one).dump(), R"({"memory":{"limit":8192,"swap":-1},)"
                                 R"("cpu":{"shares":1024,"quota":-1,"period":100000},"pids":{"limit":-1}})");
  EXPECT_EQ(limits_beneath({{"memory", {{"limit", 1}}}, {"blockIO", {{"weight", 1}}}}, one).dump(),
            R"({"memory":{"limit":8192,"swap":-1}})");
  core::ProcessCgroups unified;
  unified.unified = group("two");
  write("two/memory.max", "8192\n");
  write("two/memory.swap.max", "100\n");
  write("two/cpu.max", "max 100000\n");
  write("two/cpuset.cpus", "0-1\n");
  write("two/pids.max", "9\n");
  EXPECT_EQ(to_json(read_limits(unified)).dump(), R"({"memory":{"limit":8192,"swap":8292},)"
                                                  R"("cpu":{"quota":-1,"period":100000,"cpus":"0-1"},)"
                                                  R"("pids":{"limit":9}})");
}

TEST_F(Stats, TheMessageIsNamedAsContainerdNamesIt) {
  EXPECT_EQ(read_stats(version1()).type_url(), "io.containerd.cgroups.v1.Metrics");
  core::ProcessCgroups unified;
  unified.unified = group("two");
  EXPECT_EQ(read_stats(unified).type_url(), "io.containerd.cgroups.v2.Metrics");
}

TEST_F(Stats, AProcessInNoGroupHasNone) {
  EXPECT_THROW(read_stats({}), core::Error);
  core::ProcessCgroups ended;
  ended.is_version1 = true;
  ended.unified = group("two");
  EXPECT_THROW(read_stats(ended), core::Error);
}

// Bytes as any encoder of containerd's message makes them: field numbers are what this is about.
TEST(StatsMessage, AForeignShimsAnswerIsRead) {
  ctrbox::wire::Any any;
  any.set_type_url("type.googleapis.com/io.containerd.cgroups.v1.Metrics");
  any.set_value(
      "\x12\x04\x08\x03\x10\x20"                                  // pids: current 3, limit 32
      "\x1a\x08\x0a\x06\x08\x64\x10\x28\x18\x3c"                  // cpu, usage: total 100, kernel 40, user 60
      "\x22\x0c\x98\x01\x05\x8a\x02\x06\x08\x0a\x10\x07\x20\x02"  // memory: total_rss 5, usage: limit 10, usage 7,
                                                                  // failcnt 2
      "\x4a\x02\x18\x02");                                        // memory_oom_control: oom_kill 2
  const auto metrics = decode_stats(any);
  EXPECT_EQ(metrics.pids, (PidsMetrics{3, 32}));
  EXPECT_EQ(metrics.cpu.usage_ns, 100U);
  EXPECT_EQ(metrics.cpu.system_ns, 40U);
  EXPECT_EQ(metrics.cpu.user_ns, 60U);
  EXPECT_EQ(metrics.memory.anon, 5U);
  EXPECT_EQ(metrics.memory.limit, 10U);
  EXPECT_EQ(metrics.memory.usage, 7U);
  EXPECT_EQ(metrics.memory.limit_hits, 2U);
  EXPECT_EQ(metrics.memory.oom_kills, 2U);
}

TEST(StatsMessage, WhatIsNeitherIsRefused) {
  ctrbox::wire::Any any;
  any.set_type_url("io.containerd.cgroups.v3.Metrics");
  EXPECT_THROW(decode_stats(any), core::Error);
  any.set_type_url("io.containerd.cgroups.v1.Metrics");
  any.set_value("\xff");
  EXPECT_THROW(decode_stats(any), core::Error);
}

TEST(Figures, GarbageIsNotThere) {
  EXPECT_EQ(figures::to_number("12\n"), 12U);
  EXPECT_EQ(figures::to_number("max"), figures::kMax);
  EXPECT_EQ(figures::to_number("-4096"), 0U);
  for (const char* text : {"", "x", "1x", "1 2", "99999999999999999999"})
    EXPECT_EQ(figures::to_number(text), std::nullopt) << text;
  EXPECT_TRUE(figures::parse_pairs("no\nkey value\n").empty());
  EXPECT_TRUE(figures::parse_devices("Total 5\n8:0\n8:x Read 5\n8:0 Read\n8:0 Read x\n8:0 rbytes=\n").empty());
  EXPECT_EQ(figures::parse_list("1 x 2"), (std::vector<std::uint64_t>{1, 2}));
}

}  // namespace
}  // namespace ctrbox::runtime
