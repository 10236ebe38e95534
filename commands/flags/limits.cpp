#include "commands/flags/limits.h"

#include <limits>

#include "commands/flags/declare.h"
#include "commands/flags/value.h"

namespace ctrbox::commands {
namespace {

constexpr std::int64_t kMany = std::numeric_limits<std::int64_t>::max();

void set_cpu(runtime::Resources& resources, const LimitFlags& flags) {
  if (!flags.cpus.empty() && !(flags.cpu_quota.empty() && flags.cpu_period.empty()))
    throw core::invalid_argument("--cpus is a quota and a period: give it without --cpu-quota and --cpu-period");
  if (!flags.cpus.empty()) {
    resources.cpu_quota_us = parsed("--cpus", flags.cpus, runtime::parse_cpus);
    resources.cpu_period_us = runtime::kCpuPeriodUs;
  }
  parse_into(resources.cpu_quota_us, "--cpu-quota", flags.cpu_quota, whole_number(-1, kMany));
  parse_into(resources.cpu_period_us, "--cpu-period", flags.cpu_period, whole_number(1000, 1000000));
  parse_into(resources.cpu_shares, "--cpu-shares", flags.cpu_shares, whole_number(2, 262144));
  parse_into(resources.cpuset_cpus, "--cpuset-cpus", flags.cpuset_cpus, runtime::parse_cpuset);
  parse_into(resources.cpuset_mems, "--cpuset-mems", flags.cpuset_mems, runtime::parse_cpuset);
}

}  // namespace

void add_limits(CLI::App& app, LimitFlags& target) {
  add_value(app, "--memory,--memory-limit", target.memory, "SIZE", "limit of memory: 512m");
  add_value(app, "--memory-swap", target.memory_swap, "SIZE", "limit of memory and swap together; -1 is none");
  add_value(app, "--memory-reservation", target.memory_reservation, "SIZE",
            "what it is pressed back to when memory is short");
  add_value(app, "--cpus", target.cpus, "N", "limit of processors: 1.5");
  add_value(app, "--cpu-quota", target.cpu_quota, "US", "processor time in each period, in microseconds");
  add_value(app, "--cpu-period", target.cpu_period, "US", "length of a period, in microseconds");
  add_value(app, "--cpu-shares", target.cpu_shares, "N", "weight among others; 1024 is everybody's");
  add_value(app, "--cpuset-cpus", target.cpuset_cpus, "LIST", "processors to run on: 0-2,5");
  add_value(app, "--cpuset-mems", target.cpuset_mems, "LIST", "memory nodes to use");
  add_value(app, "--pids-limit", target.pids, "N", "limit of processes and threads; -1 is none");
}

runtime::Resources chosen_limits(const LimitFlags& typed) {
  runtime::Resources resources;
  parse_into(resources.memory_bytes, "--memory", typed.memory, runtime::parse_memory_limit);
  parse_into(resources.memory_swap_bytes, "--memory-swap", typed.memory_swap, runtime::parse_memory_limit);
  parse_into(resources.memory_reservation_bytes, "--memory-reservation", typed.memory_reservation,
             runtime::parse_memory_limit);
  set_cpu(resources, typed);
  parse_into(resources.pids, "--pids-limit", typed.pids, whole_number(-1, kMany));
  if (resources.pids == 0) throw core::invalid_argument("flag --pids-limit \"0\": that leaves no room to run in");
  check(resources);
  return resources;
}

}  // namespace ctrbox::commands
