#include "commands/ctr/tasks/metrics_view.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands/ui/human.h"
#include "core/base/duration.h"

namespace ctrbox::commands {
namespace {

using Json = nlohmann::ordered_json;
using runtime::Metrics;

constexpr std::uint64_t kMilliNanos = 1'000'000;

std::string size(std::uint64_t bytes) { return binary_size(static_cast<double>(bytes)); }
std::string limit(const std::optional<std::uint64_t>& bytes) { return bytes ? size(*bytes) : "unlimited"; }
/// To the millisecond, but what is shorter in full.
std::string time(std::uint64_t nanos) {
  const std::uint64_t shown = nanos >= kMilliNanos ? nanos - nanos % kMilliNanos : nanos;
  return core::to_duration_text(static_cast<std::int64_t>(shown));
}
std::string percent(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f%%", value);
  return text;
}
std::string device_name(const runtime::IoMetrics& device) {
  return std::to_string(device.major) + ":" + std::to_string(device.minor);
}

Json or_null(const std::optional<std::uint64_t>& value) { return value ? Json(*value) : Json(nullptr); }

std::string cpu_percent(const Sample& sample, const Sample* before) {
  if (before == nullptr || sample.steady_ns <= before->steady_ns) return "-";
  const auto used = sample.metrics.cpu.usage_ns, used_before = before->metrics.cpu.usage_ns;
  const double share = used > used_before ? static_cast<double>(used - used_before) : 0;
  return percent(100 * share / static_cast<double>(sample.steady_ns - before->steady_ns));
}

std::string memory_percent(const runtime::MemoryMetrics& memory) {
  if (!memory.limit || *memory.limit == 0) return "-";
  return percent(100 * static_cast<double>(memory.usage) / static_cast<double>(*memory.limit));
}

Json memory_json(const runtime::MemoryMetrics& memory) {
  return {{"usage", memory.usage},
          {"max_usage", memory.max_usage},
          {"limit", or_null(memory.limit)},
          {"anon", memory.anon},
          {"file", memory.file},
          {"inactive_file", memory.inactive_file},
          {"swap_usage", memory.swap_usage},
          {"swap_limit", or_null(memory.swap_limit)},
          {"limit_hits", memory.limit_hits},
          {"oom_kills", memory.oom_kills}};
}

Json cpu_json(const runtime::CpuMetrics& cpu) {
  return {{"usage", cpu.usage_ns},
          {"user", cpu.user_ns},
          {"system", cpu.system_ns},
          {"periods", cpu.periods},
          {"throttled_periods", cpu.throttled_periods},
          {"throttled", cpu.throttled_ns},
          {"per_cpu", cpu.per_cpu_ns}};
}

Json io_json(const std::vector<runtime::IoMetrics>& devices) {
  Json json = Json::array();
  for (const auto& device : devices)
    json.push_back({{"device", device_name(device)},
                    {"read_bytes", device.read_bytes},
                    {"write_bytes", device.write_bytes},
                    {"reads", device.reads},
                    {"writes", device.writes}});
  return json;
}

Json huge_pages_json(const std::vector<runtime::HugePageMetrics>& sizes) {
  Json json = Json::array();
  for (const auto& pages : sizes)
    json.push_back({{"page_size", pages.page_size}, {"usage", pages.usage}, {"limit", or_null(pages.limit)}});
  return json;
}

void list_memory(const runtime::MemoryMetrics& memory, Table& table) {
  table.add_row({"memory.usage", size(memory.usage)});
  table.add_row({"memory.max_usage", size(memory.max_usage)});
  table.add_row({"memory.limit", limit(memory.limit)});
  table.add_row({"memory.anon", size(memory.anon)});
  table.add_row({"memory.file", size(memory.file)});
  table.add_row({"memory.inactive_file", size(memory.inactive_file)});
  table.add_row({"memory.swap_usage", size(memory.swap_usage)});
  table.add_row({"memory.swap_limit", limit(memory.swap_limit)});
  table.add_row({"memory.limit_hits", std::to_string(memory.limit_hits)});
  table.add_row({"memory.oom_kills", std::to_string(memory.oom_kills)});
}

void list_cpu(const runtime::CpuMetrics& cpu, Table& table) {
  table.add_row({"cpu.usage", time(cpu.usage_ns)});
  table.add_row({"cpu.user", time(cpu.user_ns)});
  table.add_row({"cpu.system", time(cpu.system_ns)});
  table.add_row({"cpu.periods", std::to_string(cpu.periods)});
  table.add_row({"cpu.throttled_periods", std::to_string(cpu.throttled_periods)});
  table.add_row({"cpu.throttled", time(cpu.throttled_ns)});
  for (std::size_t i = 0; i < cpu.per_cpu_ns.size(); ++i)
    table.add_row({"cpu.per_cpu." + std::to_string(i), time(cpu.per_cpu_ns[i])});
}

}  // namespace

Table metrics_list(const Metrics& metrics) {
  Table table({"METRIC", "VALUE"}, {.padding = 2});
  list_memory(metrics.memory, table);
  list_cpu(metrics.cpu, table);
  table.add_row({"pids.current", std::to_string(metrics.pids.current)});
  table.add_row({"pids.limit", metrics.pids.limit ? std::to_string(*metrics.pids.limit) : "unlimited"});
  for (const auto& device : metrics.io) {
    const std::string name = "io." + device_name(device) + ".";
    table.add_row({name + "read_bytes", size(device.read_bytes)});
    table.add_row({name + "write_bytes", size(device.write_bytes)});
    table.add_row({name + "reads", std::to_string(device.reads)});
    table.add_row({name + "writes", std::to_string(device.writes)});
  }
  for (const auto& pages : metrics.huge_pages)
    table.add_row({"huge_pages." + pages.page_size + ".usage", size(pages.usage)});
  return table;
}

Table kernel_figures(const Metrics& metrics) {
  Table table({"METRIC", "VALUE"}, {.padding = 2});
  for (const auto& figure : metrics.figures) table.add_row({figure.name, figure.value});
  return table;
}

std::vector<std::string> metrics_header() { return {"ID", "CPU %", "MEM USAGE / LIMIT", "MEM %", "PIDS", "BLOCK I/O"}; }

std::vector<std::string> metrics_row(const Sample& sample, const Sample* before) {
  const auto& memory = sample.metrics.memory;
  std::uint64_t read = 0, written = 0;
  for (const auto& device : sample.metrics.io) {
    read += device.read_bytes;
    written += device.write_bytes;
  }
  return {sample.id,
          cpu_percent(sample, before),
          size(memory.usage) + " / " + limit(memory.limit),
          memory_percent(memory),
          std::to_string(sample.metrics.pids.current),
          size(read) + " / " + size(written)};
}

std::string metrics_json(const Sample& sample) {
  const Metrics& metrics = sample.metrics;
  const Json json = {{"id", sample.id},
                     {"time", sample.at},
                     {"cgroup_version", metrics.cgroup_version},
                     {"memory", memory_json(metrics.memory)},
                     {"cpu", cpu_json(metrics.cpu)},
                     {"pids", {{"current", metrics.pids.current}, {"limit", or_null(metrics.pids.limit)}}},
                     {"io", io_json(metrics.io)},
                     {"huge_pages", huge_pages_json(metrics.huge_pages)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ctrbox::commands
