// What a container uses, whichever version of control groups says it: the figures that both have, and all of them by
// the kernel's names.
//
// A value. Bytes and nanoseconds; counters that the host does not have are 0. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ctrbox::runtime {

struct MemoryMetrics {
  std::uint64_t usage = 0;
  std::uint64_t max_usage = 0;
  std::optional<std::uint64_t> limit;  // nothing: unlimited
  std::uint64_t anon = 0;              // version 1: rss
  std::uint64_t file = 0;              // version 1: cache
  std::uint64_t inactive_file = 0;     // of `file`, what the kernel takes back first
  std::uint64_t swap_usage = 0;        // without the memory that version 1 counts with it
  std::optional<std::uint64_t> swap_limit;
  std::uint64_t limit_hits = 0;  // how often the limit was met
  std::uint64_t oom_kills = 0;   // processes that were killed for it

  bool operator==(const MemoryMetrics&) const = default;
};

struct CpuMetrics {
  std::uint64_t usage_ns = 0;
  std::uint64_t user_ns = 0;
  std::uint64_t system_ns = 0;
  std::uint64_t periods = 0;
  std::uint64_t throttled_periods = 0;
  std::uint64_t throttled_ns = 0;
  std::vector<std::uint64_t> per_cpu_ns;  // version 1 only

  bool operator==(const CpuMetrics&) const = default;
};

struct PidsMetrics {
  std::uint64_t current = 0;
  std::optional<std::uint64_t> limit;

  bool operator==(const PidsMetrics&) const = default;
};

/// Of one block device.
struct IoMetrics {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;

  bool operator==(const IoMetrics&) const = default;
};

/// Of one size of huge pages, which is called as the kernel does: "2MB".
struct HugePageMetrics {
  std::string page_size;
  std::uint64_t usage = 0;
  std::optional<std::uint64_t> limit;

  bool operator==(const HugePageMetrics&) const = default;
};

/// "memory.usage_in_bytes", "io.stat.8:0.rbytes": what the file is called, and what in it.
struct Figure {
  std::string name;
  std::string value;  // a number, or "max"

  bool operator==(const Figure&) const = default;
};

struct Metrics {
  int cgroup_version = 0;
  MemoryMetrics memory;
  CpuMetrics cpu;
  PidsMetrics pids;
  std::vector<IoMetrics> io;
  std::vector<HugePageMetrics> huge_pages;
  std::vector<Figure> figures;  // all of them; for reading
};

}  // namespace ctrbox::runtime
