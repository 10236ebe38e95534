#include "runtime/metrics/limits.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "runtime/metrics/figures.h"

namespace ctrbox::runtime {
namespace {

constexpr std::int64_t kUnlimited = -1;
constexpr std::uint64_t kAlmostAll = (std::uint64_t{1} << 63) - (1 << 20);  // version 1 rounds "all" down to pages

std::optional<std::int64_t> read_limit(const std::string& group, const std::string& file) {
  const auto limit = figures::read_number(group, file);
  if (!limit) return std::nullopt;
  return *limit >= kAlmostAll ? kUnlimited : static_cast<std::int64_t>(*limit);
}

std::string read_line(const std::string& group, const std::string& file) {
  std::istringstream text(core::read_cgroup_file(group, file).value_or(""));
  std::string line;
  std::getline(text, line);
  return line;
}

Resources read_version1(const core::ProcessCgroups& groups) {
  Resources limits;
  const std::string& cpu = groups.of("cpu");
  limits.memory_bytes = read_limit(groups.of("memory"), "memory.limit_in_bytes");
  limits.memory_swap_bytes = read_limit(groups.of("memory"), "memory.memsw.limit_in_bytes");
  limits.cpu_shares = figures::read_number(cpu, "cpu.shares");
  limits.cpu_period_us = figures::read_number(cpu, "cpu.cfs_period_us");
  if (limits.cpu_period_us)  // -1, no quota, is read as 0
    limits.cpu_quota_us = static_cast<std::int64_t>(figures::read_number(cpu, "cpu.cfs_quota_us").value_or(0));
  if (limits.cpu_quota_us == 0) limits.cpu_quota_us = kUnlimited;
  limits.cpuset_cpus = read_line(groups.of("cpuset"), "cpuset.cpus");
  limits.cpuset_mems = read_line(groups.of("cpuset"), "cpuset.mems");
  limits.pids = read_limit(groups.of("pids"), "pids.max");
  return limits;
}

Resources read_version2(const std::string& group) {
  Resources limits;
  limits.memory_bytes = read_limit(group, "memory.max");
  const auto swap = read_limit(group, "memory.swap.max");  // swap alone, the spec's is both
  if (swap && limits.memory_bytes && *limits.memory_bytes != kUnlimited)
    limits.memory_swap_bytes = *swap == kUnlimited ? kUnlimited : *limits.memory_bytes + *swap;
  const auto quota = figures::parse_list(core::read_cgroup_file(group, "cpu.max").value_or(""));  // "max 100000"
  if (quota.size() == 2) {
    limits.cpu_quota_us = quota[0] == figures::kMax ? kUnlimited : static_cast<std::int64_t>(quota[0]);
    limits.cpu_period_us = quota[1];
  }
  limits.cpuset_cpus = read_line(group, "cpuset.cpus");
  limits.cpuset_mems = read_line(group, "cpuset.mems");
  limits.pids = read_limit(group, "pids.max");
  return limits;
}

}  // namespace

Resources read_limits(const core::ProcessCgroups& groups) {
  return groups.is_version1 ? read_version1(groups) : read_version2(groups.unified);
}

nlohmann::ordered_json limits_beneath(const nlohmann::ordered_json& resources, const Resources& limits) {
  auto result = nlohmann::ordered_json::object();
  const auto current = to_json(limits);
  for (const auto& [name, values] : current.items())
    if (resources.contains(name) && resources[name].is_object() && !resources[name].empty()) result[name] = values;
  return result;
}

}  // namespace ctrbox::runtime
