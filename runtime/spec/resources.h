// Limits of a container: what `run`, `create` and `tasks update` set, as LinuxResources of the OCI runtime spec.
//
// Pure. What is not set is not mentioned, so that to_json() can be laid over what a spec has already (merge_patch).
// Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace ctrbox::runtime {

/// More than any limits take, as text.
inline constexpr std::size_t kMaxResourcesBytes = 1 << 20;

struct ResourceLimits {
  std::optional<std::int64_t> memory_bytes;       // -1: unlimited
  std::optional<std::int64_t> memory_swap_bytes;  // memory and swap together; -1: unlimited
  std::optional<std::int64_t> cpu_quota;          // microseconds in each period; -1: unlimited
  std::optional<std::uint64_t> cpu_period;        // microseconds
  std::optional<std::uint64_t> cpu_shares;        // relative weight
  std::string cpuset_cpus, cpuset_mems;           // "0-3,5"; "": not set
  std::optional<std::int64_t> pids;               // -1: unlimited

  bool operator==(const ResourceLimits&) const = default;
};

/// LinuxResources with what is set; an empty object if nothing is.
nlohmann::ordered_json to_json(const ResourceLimits& limits);

/// "1.5" CPUs. Throws invalid_argument.
double parse_cpus(std::string_view text);
/// Sets the quota that is that many CPUs, and the period if it is not set yet. Throws invalid_argument when there is a
/// quota already, or when the kernel's least quota (1 ms) is not reached.
void set_cpus(ResourceLimits& limits, double cpus);

/// Throws invalid_argument unless `text` is a list of numbers and ranges as the kernel reads them ("0-3,5").
void check_cpu_list(std::string_view text);

/// The object in a text that is LinuxResources in JSON. Throws invalid_argument if it is no JSON object, or deeper or
/// longer than anything that means limits.
nlohmann::ordered_json parse_resources(const std::string& json);

/// A spec (config.json) whose linux.resources has `resources` laid over it. Throws internal if `spec` is no spec.
std::string with_resources(const std::string& spec, const nlohmann::ordered_json& resources);

}  // namespace ctrbox::runtime
