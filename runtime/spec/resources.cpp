#include "runtime/spec/resources.h"

#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/byte_size.h"
#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLeastCpus = 0.01;  // the kernel takes no quota below a millisecond
constexpr double kMostCpus = 8192;
constexpr std::uint32_t kMostCpu = 65535;
constexpr int kMaxDepth = 16;

template <typename Value>
void add(Json& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

bool take_cpu(std::string_view& text, std::uint32_t& cpu) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpu);
  if (error != std::errc{} || cpu > kMostCpu) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool is_cpuset(std::string_view text) {
  while (true) {
    std::uint32_t first = 0;
    if (!take_cpu(text, first)) return false;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      std::uint32_t last = 0;
      if (!take_cpu(text, last) || last < first) return false;
    }
    if (text.empty()) return true;
    if (text.front() != ',') return false;
    text.remove_prefix(1);
  }
}

}  // namespace

std::int64_t parse_memory_limit(std::string_view text) {
  if (text == "-1") return -1;
  const std::uint64_t bytes = core::parse_byte_size(text);
  if (bytes == 0) throw core::invalid_argument("a limit of 0 bytes leaves no room to run in");
  return static_cast<std::int64_t>(bytes);
}

std::int64_t parse_cpus(std::string_view text) {
  double cpus = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpus, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(cpus >= kLeastCpus) || !(cpus <= kMostCpus)) {
    throw core::invalid_argument(core::quoted(text) +
                                 " is not a number of processors: expected one from 0.01 to 8192, such as 1.5");
  }
  return std::llround(cpus * static_cast<double>(kCpuPeriodUs));
}

std::string parse_cpuset(std::string_view text) {
  if (!is_cpuset(text)) throw core::invalid_argument(core::quoted(text) + " is not a list such as 0-3,5");
  return std::string(text);
}

void check(const Resources& resources) {
  const std::int64_t memory = resources.memory_bytes.value_or(-1);
  const std::int64_t swap = resources.memory_swap_bytes.value_or(-1);
  if (resources.memory_bytes && swap >= 0 && (memory < 0 || swap < memory))
    throw core::invalid_argument("the limit of memory and swap together is below that of memory alone");
  if (memory >= 0 && resources.memory_reservation_bytes.value_or(0) > memory)
    throw core::invalid_argument("the reservation of memory is above its limit");
}

Json to_json(const Resources& resources) {
  Json json = Json::object();
  Json memory = Json::object();
  add(memory, "limit", resources.memory_bytes);
  add(memory, "reservation", resources.memory_reservation_bytes);
  add(memory, "swap", resources.memory_swap_bytes);
  Json cpu = Json::object();
  add(cpu, "shares", resources.cpu_shares);
  add(cpu, "quota", resources.cpu_quota_us);
  add(cpu, "period", resources.cpu_period_us);
  if (!resources.cpuset_cpus.empty()) cpu["cpus"] = resources.cpuset_cpus;
  if (!resources.cpuset_mems.empty()) cpu["mems"] = resources.cpuset_mems;
  if (!memory.empty()) json["memory"] = std::move(memory);
  if (!cpu.empty()) json["cpu"] = std::move(cpu);
  if (resources.pids) json["pids"] = {{"limit", *resources.pids}};
  return json;
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
