#include "runtime/spec/resources.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/byte_size.h"
#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kLeastCpus = 0.01;  // the kernel takes no quota below a millisecond
constexpr double kMostCpus = 8192;
constexpr std::uint32_t kMostCpu = 65535;

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
  const std::uint64_t bytes = core::parse_byte_size(text);
  if (bytes == 0) throw core::invalid_argument("a limit of 0 bytes leaves no room to run in");
  return static_cast<std::int64_t>(bytes);
}

std::int64_t parse_swap_limit(std::string_view text) { return text == "-1" ? -1 : parse_memory_limit(text); }

std::int64_t parse_cpus(std::string_view text) {
  double cpus = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpus, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(cpus >= kLeastCpus) || !(cpus <= kMostCpus)) {
    throw core::invalid_argument(core::quoted(text) +
                                 " is not a number of processors: expected one from 0.01 to 8192, such as 1.5");
  }
  return std::llround(cpus * static_cast<double>(kCpuPeriodUs));
}

std::int64_t parse_whole(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    throw core::invalid_argument(core::quoted(text) + " is not a whole number from " + std::to_string(least) + " to " +
                                 std::to_string(most));
  }
  return number;
}

std::string parse_cpuset(std::string_view text) {
  if (!is_cpuset(text)) throw core::invalid_argument(core::quoted(text) + " is not a list such as 0-3,5");
  return std::string(text);
}

void check(const Resources& resources) {
  if (resources.memory_swap_bytes && *resources.memory_swap_bytes >= 0) {
    if (!resources.memory_bytes)
      throw core::invalid_argument("memory and swap together can be limited only where memory is");
    if (*resources.memory_swap_bytes < *resources.memory_bytes)
      throw core::invalid_argument("the limit of memory and swap together is below that of memory alone");
  }
  if (resources.memory_bytes && resources.memory_reservation_bytes &&
      *resources.memory_reservation_bytes > *resources.memory_bytes)
    throw core::invalid_argument("the reservation of memory is above its limit");
}

void add_to(Json& json, const Resources& resources) {
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
}

}  // namespace ctrbox::runtime
