#include "runtime/metrics/version1.h"

#include <algorithm>
#include <map>
#include <utility>

#include "runtime/metrics/figures.h"

namespace ctrbox::runtime::version1 {
namespace {

namespace messages = ctrbox::wire::cgroups1;

// The kernel's counters of pages end a little below 2^63 bytes: a limit from there on is none.
constexpr std::uint64_t kUnlimited = (std::uint64_t{1} << 63) - (1 << 20);
constexpr std::uint64_t kTickNanos = 1'000'000'000 / 100;  // USER_HZ is 100 on every architecture that has runc

struct MemoryField {
  const char* name;
  void (messages::MemoryStat::*set)(std::uint64_t);
  std::uint64_t (messages::MemoryStat::*get)() const;
};

#define FIELD(key, field) \
  { key, &messages::MemoryStat::set_##field, &messages::MemoryStat::field }
constexpr MemoryField kMemoryFields[] = {
    FIELD("cache", cache),
    FIELD("rss", rss),
    FIELD("rss_huge", rss_huge),
    FIELD("mapped_file", mapped_file),
    FIELD("dirty", dirty),
    FIELD("writeback", writeback),
    FIELD("pgpgin", pg_pg_in),
    FIELD("pgpgout", pg_pg_out),
    FIELD("pgfault", pg_fault),
    FIELD("pgmajfault", pg_maj_fault),
    FIELD("inactive_anon", inactive_anon),
    FIELD("active_anon", active_anon),
    FIELD("inactive_file", inactive_file),
    FIELD("active_file", active_file),
    FIELD("unevictable", unevictable),
    FIELD("hierarchical_memory_limit", hierarchical_memory_limit),
    FIELD("hierarchical_memsw_limit", hierarchical_swap_limit),
    FIELD("total_cache", total_cache),
    FIELD("total_rss", total_rss),
    FIELD("total_rss_huge", total_rss_huge),
    FIELD("total_mapped_file", total_mapped_file),
    FIELD("total_dirty", total_dirty),
    FIELD("total_writeback", total_writeback),
    FIELD("total_pgpgin", total_pg_pg_in),
    FIELD("total_pgpgout", total_pg_pg_out),
    FIELD("total_pgfault", total_pg_fault),
    FIELD("total_pgmajfault", total_pg_maj_fault),
    FIELD("total_inactive_anon", total_inactive_anon),
    FIELD("total_active_anon", total_active_anon),
    FIELD("total_inactive_file", total_inactive_file),
    FIELD("total_active_file", total_active_file),
    FIELD("total_unevictable", total_unevictable),
};
#undef FIELD

std::uint64_t value_of(const std::map<std::string, std::uint64_t>& pairs, const char* key) {
  const auto found = pairs.find(key);
  return found == pairs.end() ? 0 : found->second;
}

/// memory.<prefix>usage_in_bytes and its kin.
void read_entry(const std::string& group, const std::string& prefix, messages::MemoryEntry& entry) {
  const auto number = [&](const char* file) { return figures::read_number(group, prefix + file).value_or(0); };
  entry.set_usage(number("usage_in_bytes"));
  entry.set_max(number("max_usage_in_bytes"));
  entry.set_limit(number("limit_in_bytes"));
  entry.set_failcnt(number("failcnt"));
}

bool has_entry(const std::string& group, const std::string& prefix) {
  return figures::read_number(group, prefix + "usage_in_bytes").has_value();
}

void read_memory(const std::string& group, messages::Metrics& message) {
  if (group.empty()) return;
  messages::MemoryStat& memory = *message.mutable_memory();
  const auto stat = figures::read_pairs(group, "memory.stat");
  for (const auto& field : kMemoryFields) (memory.*field.set)(value_of(stat, field.name));
  read_entry(group, "memory.", *memory.mutable_usage());
  if (has_entry(group, "memory.memsw.")) read_entry(group, "memory.memsw.", *memory.mutable_swap());
  if (has_entry(group, "memory.kmem.")) read_entry(group, "memory.kmem.", *memory.mutable_kernel());
  if (has_entry(group, "memory.kmem.tcp.")) read_entry(group, "memory.kmem.tcp.", *memory.mutable_kernel_tcp());
  const auto control = figures::read_pairs(group, "memory.oom_control");
  message.mutable_memory_oom_control()->set_oom_kill_disable(value_of(control, "oom_kill_disable"));
  message.mutable_memory_oom_control()->set_under_oom(value_of(control, "under_oom"));
  message.mutable_memory_oom_control()->set_oom_kill(value_of(control, "oom_kill"));
}

void read_usage(const std::string& group, messages::CPUUsage& usage) {
  usage.set_total(figures::read_number(group, "cpuacct.usage").value_or(0));
  const auto user = figures::read_number(group, "cpuacct.usage_user");
  const auto system = figures::read_number(group, "cpuacct.usage_sys");
  const auto ticks = figures::read_pairs(group, "cpuacct.stat");  // coarse, but also of old kernels
  usage.set_user(user ? *user : value_of(ticks, "user") * kTickNanos);
  usage.set_kernel(system ? *system : value_of(ticks, "system") * kTickNanos);
  for (const auto nanos : figures::parse_list(core::read_cgroup_file(group, "cpuacct.usage_percpu").value_or("")))
    usage.add_per_cpu(nanos);
}

void read_cpu(const core::ProcessCgroups& groups, messages::Metrics& message) {
  if (groups.of("cpuacct").empty() && groups.of("cpu").empty()) return;
  messages::CPUStat& cpu = *message.mutable_cpu();
  read_usage(groups.of("cpuacct"), *cpu.mutable_usage());
  const auto stat = figures::read_pairs(groups.of("cpu"), "cpu.stat");
  cpu.mutable_throttling()->set_periods(value_of(stat, "nr_periods"));
  cpu.mutable_throttling()->set_throttled_periods(value_of(stat, "nr_throttled"));
  cpu.mutable_throttling()->set_throttled_time(value_of(stat, "throttled_time"));
}

void read_pids(const std::string& group, messages::Metrics& message) {
  if (group.empty()) return;
  const auto limit = figures::read_number(group, "pids.max").value_or(figures::kMax);
  message.mutable_pids()->set_current(figures::read_number(group, "pids.current").value_or(0));
  message.mutable_pids()->set_limit(limit == figures::kMax ? 0 : limit);
}

using Entries = google::protobuf::RepeatedPtrField<messages::BlkIOEntry>;

/// Which files have the figures depends on the scheduler of each device; the first that says something is taken.
void read_devices(const std::string& group, const std::string& what, Entries& entries) {
  for (const char* source : {"blkio.throttle.", "blkio.bfq.", "blkio."}) {
    for (const char* kind : {"_recursive", ""}) {
      for (const auto& figure : figures::read_devices(group, source + what + kind)) {
        messages::BlkIOEntry& entry = *entries.Add();
        entry.set_op(figure.name);
        entry.set_major(figure.major);
        entry.set_minor(figure.minor);
        entry.set_value(figure.value);
      }
      if (!entries.empty()) return;
    }
  }
}

void read_huge_pages(const std::string& group, messages::Metrics& message) {
  for (const auto& size : figures::huge_page_sizes(group, "usage_in_bytes")) {
    messages::HugetlbStat& pages = *message.add_hugetlb();
    const auto number = [&](const char* what) {
      return figures::read_number(group, "hugetlb." + size + what).value_or(0);
    };
    pages.set_pagesize(size);
    pages.set_usage(number(".usage_in_bytes"));
    pages.set_max(number(".max_usage_in_bytes"));
    pages.set_failcnt(number(".failcnt"));
  }
}

std::optional<std::uint64_t> limit_of(std::uint64_t limit) {
  if (limit == 0 || limit >= kUnlimited) return std::nullopt;
  return limit;
}

class FigureList {
 public:
  explicit FigureList(std::vector<Figure>& list) : list_(list) {}
  void add(std::string name, std::uint64_t value) { list_.push_back({std::move(name), std::to_string(value)}); }
  void add_limit(std::string name, std::uint64_t value) {
    list_.push_back({std::move(name), value >= kUnlimited ? "max" : std::to_string(value)});
  }
  void add_entry(const std::string& prefix, const messages::MemoryEntry& entry) {
    add(prefix + "usage_in_bytes", entry.usage());
    add(prefix + "max_usage_in_bytes", entry.max());
    add_limit(prefix + "limit_in_bytes", entry.limit());
    add(prefix + "failcnt", entry.failcnt());
  }

 private:
  std::vector<Figure>& list_;
};

void list_memory(const messages::Metrics& message, FigureList figures) {
  if (!message.has_memory()) return;
  const auto& memory = message.memory();
  figures.add_entry("memory.", memory.usage());
  if (memory.has_swap()) figures.add_entry("memory.memsw.", memory.swap());
  if (memory.has_kernel()) figures.add_entry("memory.kmem.", memory.kernel());
  if (memory.has_kernel_tcp()) figures.add_entry("memory.kmem.tcp.", memory.kernel_tcp());
  for (const auto& field : kMemoryFields)
    figures.add_limit(std::string("memory.stat.") + field.name, (memory.*field.get)());
  figures.add("memory.oom_control.oom_kill_disable", message.memory_oom_control().oom_kill_disable());
  figures.add("memory.oom_control.under_oom", message.memory_oom_control().under_oom());
  figures.add("memory.oom_control.oom_kill", message.memory_oom_control().oom_kill());
}

void list_cpu(const messages::Metrics& message, FigureList figures) {
  if (!message.has_cpu()) return;
  const auto& usage = message.cpu().usage();
  const auto& throttling = message.cpu().throttling();
  figures.add("cpuacct.usage", usage.total());
  figures.add("cpuacct.usage_user", usage.user());
  figures.add("cpuacct.usage_sys", usage.kernel());
  for (int i = 0; i < usage.per_cpu_size(); ++i)
    figures.add("cpuacct.usage_percpu." + std::to_string(i), usage.per_cpu(i));
  figures.add("cpu.stat.nr_periods", throttling.periods());
  figures.add("cpu.stat.nr_throttled", throttling.throttled_periods());
  figures.add("cpu.stat.throttled_time", throttling.throttled_time());
}

void list_devices(const std::string& file, const Entries& entries, FigureList figures) {
  for (const auto& entry : entries)
    figures.add(file + "." + std::to_string(entry.major()) + ":" + std::to_string(entry.minor()) + "." + entry.op(),
                entry.value());
}

std::vector<Figure> list(const messages::Metrics& message) {
  std::vector<Figure> result;
  FigureList figures(result);
  list_memory(message, figures);
  list_cpu(message, figures);
  if (message.has_pids()) {
    figures.add("pids.current", message.pids().current());
    figures.add_limit("pids.max", message.pids().limit() == 0 ? figures::kMax : message.pids().limit());
  }
  list_devices("blkio.io_service_bytes", message.blkio().io_service_bytes_recursive(), figures);
  list_devices("blkio.io_serviced", message.blkio().io_serviced_recursive(), figures);
  for (const auto& pages : message.hugetlb()) {
    figures.add("hugetlb." + pages.pagesize() + ".usage_in_bytes", pages.usage());
    figures.add("hugetlb." + pages.pagesize() + ".max_usage_in_bytes", pages.max());
    figures.add("hugetlb." + pages.pagesize() + ".failcnt", pages.failcnt());
  }
  return result;
}

MemoryMetrics memory_of(const messages::Metrics& message) {
  const auto& memory = message.memory();
  MemoryMetrics result;
  result.usage = memory.usage().usage();
  result.max_usage = memory.usage().max();
  result.limit = limit_of(memory.usage().limit());
  result.anon = memory.total_rss();
  result.file = memory.total_cache();
  result.inactive_file = memory.total_inactive_file();
  // "memsw" is memory and swap together.
  const auto together = memory.swap().usage();
  result.swap_usage = together > result.usage ? together - result.usage : 0;
  if (const auto limit = limit_of(memory.swap().limit()))
    result.swap_limit = *limit - std::min(*limit, result.limit.value_or(0));
  result.limit_hits = memory.usage().failcnt();
  result.oom_kills = message.memory_oom_control().oom_kill();
  return result;
}

std::vector<IoMetrics> io_of(const messages::BlkIOStat& blkio) {
  std::map<std::pair<std::uint64_t, std::uint64_t>, IoMetrics> devices;
  const auto sum = [&](const Entries& entries, std::uint64_t IoMetrics::*read, std::uint64_t IoMetrics::*written) {
    for (const auto& entry : entries) {
      if (entry.op() != "Read" && entry.op() != "Write") continue;
      IoMetrics& device = devices[{entry.major(), entry.minor()}];
      device.major = entry.major();
      device.minor = entry.minor();
      device.*(entry.op() == "Read" ? read : written) += entry.value();
    }
  };
  sum(blkio.io_service_bytes_recursive(), &IoMetrics::read_bytes, &IoMetrics::write_bytes);
  sum(blkio.io_serviced_recursive(), &IoMetrics::reads, &IoMetrics::writes);
  std::vector<IoMetrics> result;
  for (const auto& [number, device] : devices) result.push_back(device);
  return result;
}

}  // namespace

messages::Metrics read(const core::ProcessCgroups& groups) {
  messages::Metrics message;
  read_memory(groups.of("memory"), message);
  read_cpu(groups, message);
  read_pids(groups.of("pids"), message);
  if (const auto& group = groups.of("blkio"); !group.empty()) {
    read_devices(group, "io_service_bytes", *message.mutable_blkio()->mutable_io_service_bytes_recursive());
    read_devices(group, "io_serviced", *message.mutable_blkio()->mutable_io_serviced_recursive());
  }
  if (const auto& group = groups.of("hugetlb"); !group.empty()) read_huge_pages(group, message);
  return message;
}

Metrics to_metrics(const messages::Metrics& message) {
  Metrics metrics;
  metrics.cgroup_version = 1;
  metrics.memory = memory_of(message);
  metrics.cpu.usage_ns = message.cpu().usage().total();
  metrics.cpu.user_ns = message.cpu().usage().user();
  metrics.cpu.system_ns = message.cpu().usage().kernel();
  metrics.cpu.periods = message.cpu().throttling().periods();
  metrics.cpu.throttled_periods = message.cpu().throttling().throttled_periods();
  metrics.cpu.throttled_ns = message.cpu().throttling().throttled_time();
  metrics.cpu.per_cpu_ns.assign(message.cpu().usage().per_cpu().begin(), message.cpu().usage().per_cpu().end());
  metrics.pids.current = message.pids().current();
  if (message.pids().limit() != figures::kMax) metrics.pids.limit = limit_of(message.pids().limit());
  metrics.io = io_of(message.blkio());
  for (const auto& pages : message.hugetlb()) metrics.huge_pages.push_back({pages.pagesize(), pages.usage(), {}});
  metrics.figures = list(message);
  return metrics;
}

}  // namespace ctrbox::runtime::version1
