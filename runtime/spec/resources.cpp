#include "runtime/spec/resources.h"

#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr std::uint64_t kDefaultPeriod = 100'000;
constexpr double kLeastQuota = 1'000;
constexpr double kMostCpus = 100'000;
constexpr unsigned kHighestCpu = 65'535;
constexpr int kMaxDepth = 16;

core::Error bad_list(std::string_view text) {
  return core::invalid_argument(core::quoted(text) + " is not a list of numbers and ranges (0-3,5)");
}

/// Takes a number off the front of `rest`; std::nullopt if there is none.
std::optional<unsigned> take_number(std::string_view& rest) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{} || number > kHighestCpu) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return number;
}

bool take_range(std::string_view& rest) {
  const auto first = take_number(rest);
  if (!first || !rest.starts_with('-')) return first.has_value();
  rest.remove_prefix(1);
  const auto last = take_number(rest);
  return last && *last >= *first;
}

}  // namespace

nlohmann::ordered_json to_json(const ResourceLimits& limits) {
  auto json = nlohmann::ordered_json::object();
  if (limits.memory_bytes) json["memory"]["limit"] = *limits.memory_bytes;
  if (limits.memory_swap_bytes) json["memory"]["swap"] = *limits.memory_swap_bytes;
  if (limits.cpu_shares) json["cpu"]["shares"] = *limits.cpu_shares;
  if (limits.cpu_quota) json["cpu"]["quota"] = *limits.cpu_quota;
  if (limits.cpu_period) json["cpu"]["period"] = *limits.cpu_period;
  if (!limits.cpuset_cpus.empty()) json["cpu"]["cpus"] = limits.cpuset_cpus;
  if (!limits.cpuset_mems.empty()) json["cpu"]["mems"] = limits.cpuset_mems;
  if (limits.pids) json["pids"]["limit"] = *limits.pids;
  return json;
}

double parse_cpus(std::string_view text) {
  double cpus = 0;
  const char* const text_end = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), text_end, cpus, std::chars_format::fixed);
  if (error != std::errc{} || end != text_end || !(cpus > 0 && cpus <= kMostCpus))
    throw core::invalid_argument("a number of CPUs is like 1.5 or 2, not " + core::quoted(text));
  return cpus;
}

void set_cpus(ResourceLimits& limits, double cpus) {
  if (limits.cpu_quota) throw core::invalid_argument("a number of CPUs and a CPU quota say the same: give one of them");
  if (!limits.cpu_period) limits.cpu_period = kDefaultPeriod;
  const double quota = std::round(cpus * static_cast<double>(*limits.cpu_period));
  if (quota < kLeastQuota)
    throw core::invalid_argument("less than 1 ms of CPU time in a period is more than the kernel can measure out");
  limits.cpu_quota = static_cast<std::int64_t>(quota);
}

void check_cpu_list(std::string_view text) {
  std::string_view rest = text;
  while (take_range(rest)) {
    if (rest.empty()) return;
    if (!rest.starts_with(',')) break;
    rest.remove_prefix(1);
  }
  throw bad_list(text);
}

nlohmann::ordered_json parse_resources(const std::string& json) {
  if (json.size() > kMaxResourcesBytes) throw core::invalid_argument("the resources are longer than 1 MiB");
  const auto shallow = [](int depth, nlohmann::ordered_json::parse_event_t, nlohmann::ordered_json&) {
    if (depth > kMaxDepth) throw core::invalid_argument("the resources are nested too deeply");
    return true;
  };
  auto resources = nlohmann::ordered_json::parse(json, shallow, false);
  if (!resources.is_object()) throw core::invalid_argument("the resources are not a JSON object (LinuxResources)");
  // In the runtime's language null is as good as absent, but runc 1.1 falls over it.
  for (auto member = resources.begin(); member != resources.end();)
    member = member->is_null() ? resources.erase(member) : std::next(member);
  return resources;
}

std::string with_resources(const std::string& spec, const nlohmann::ordered_json& resources) {
  auto json = nlohmann::ordered_json::parse(spec, nullptr, false);
  if (!json.is_object()) throw core::internal("the spec of the container is not understood");
  json.merge_patch({{"linux", {{"resources", resources}}}});
  return json.dump();
}

}  // namespace ctrbox::runtime
