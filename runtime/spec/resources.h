// Limits of a container's control group (linux.resources): what `run`, `create` and `tasks update` set, and how they
// are typed. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

struct Resources {
  std::optional<std::int64_t> memory_bytes;       // -1: no limit
  std::optional<std::int64_t> memory_swap_bytes;  // memory and swap together; -1: no limit
  std::optional<std::int64_t> memory_reservation_bytes;
  std::optional<std::int64_t> cpu_quota_us;  // of each period
  std::optional<std::uint64_t> cpu_period_us;
  std::optional<std::uint64_t> cpu_shares;
  std::string cpuset_cpus;
  std::string cpuset_mems;
  std::optional<std::int64_t> pids;  // -1: no limit

  bool operator==(const Resources&) const = default;
};

inline constexpr std::uint64_t kCpuPeriodUs = 100000;
/// More than any limits take, as JSON.
inline constexpr std::size_t kMaxResourcesBytes = 1 << 20;

/// A size as core::parse_byte_size reads it, from 1, or "-1". Throws invalid_argument.
std::int64_t parse_memory_limit(std::string_view text);
/// A number of processors, "1.5": quota of one kCpuPeriodUs, in microseconds. Throws invalid_argument.
std::int64_t parse_cpus(std::string_view text);
/// Checks that it is a list like "0-3,5". Throws invalid_argument.
std::string parse_cpuset(std::string_view text);

/// Throws invalid_argument if the limits contradict each other.
void check(const Resources& resources);
/// LinuxResources with what is set, to be laid over what a spec has already; an empty object if nothing is.
nlohmann::ordered_json to_json(const Resources& resources);
/// The object in a text that is LinuxResources in JSON. Throws invalid_argument if it is no JSON object, or deeper or
/// longer than anything that means limits.
nlohmann::ordered_json parse_resources(const std::string& json);
/// A spec (config.json) whose linux.resources has `resources` laid over it. Throws internal if `spec` is no spec.
std::string with_resources(const std::string& spec, const nlohmann::ordered_json& resources);

}  // namespace ctrbox::runtime
