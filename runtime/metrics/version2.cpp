#include "runtime/metrics/version2.h"

#include <utility>

#include "runtime/metrics/figures.h"

namespace ctrbox::runtime::version2 {
namespace {

namespace messages = ctrbox::wire::cgroups2;

constexpr std::uint64_t kMicro = 1'000;  // nanoseconds

struct MemoryField {
  const char* name;
  void (messages::MemoryStat::*set)(std::uint64_t);
  std::uint64_t (messages::MemoryStat::*get)() const;
};

#define FIELD(name) \
  { #name, &messages::MemoryStat::set_##name, &messages::MemoryStat::name }
constexpr MemoryField kMemoryFields[] = {
    FIELD(anon),
    FIELD(file),
    FIELD(kernel_stack),
    FIELD(slab),
    FIELD(sock),
    FIELD(shmem),
    FIELD(file_mapped),
    FIELD(file_dirty),
    FIELD(file_writeback),
    FIELD(anon_thp),
    FIELD(inactive_anon),
    FIELD(active_anon),
    FIELD(inactive_file),
    FIELD(active_file),
    FIELD(unevictable),
    FIELD(slab_reclaimable),
    FIELD(slab_unreclaimable),
    FIELD(pgfault),
    FIELD(pgmajfault),
    FIELD(workingset_refault),
    FIELD(workingset_activate),
    FIELD(workingset_nodereclaim),
    FIELD(pgrefill),
    FIELD(pgscan),
    FIELD(pgsteal),
    FIELD(pgactivate),
    FIELD(pgdeactivate),
    FIELD(pglazyfree),
    FIELD(pglazyfreed),
    FIELD(thp_fault_alloc),
    FIELD(thp_collapse_alloc),
};
#undef FIELD

std::uint64_t value_of(const std::map<std::string, std::uint64_t>& pairs, const std::string& key) {
  const auto found = pairs.find(key);
  return found == pairs.end() ? 0 : found->second;
}

void read_memory(const std::string& group, messages::Metrics& message) {
  const auto stat = figures::read_pairs(group, "memory.stat");
  if (stat.empty()) return;  // the controller is not on in this group
  messages::MemoryStat& memory = *message.mutable_memory();
  for (const auto& field : kMemoryFields) (memory.*field.set)(value_of(stat, field.name));
  // Newer kernels tell the two kinds apart.
  if (memory.workingset_refault() == 0)
    memory.set_workingset_refault(value_of(stat, "workingset_refault_anon") +
                                  value_of(stat, "workingset_refault_file"));
  if (memory.workingset_activate() == 0)
    memory.set_workingset_activate(value_of(stat, "workingset_activate_anon") +
                                   value_of(stat, "workingset_activate_file"));
  const auto number = [&](const char* file) { return figures::read_number(group, file); };
  memory.set_usage(number("memory.current").value_or(0));
  memory.set_usage_limit(number("memory.max").value_or(figures::kMax));
  memory.set_max_usage(number("memory.peak").value_or(0));
  memory.set_swap_usage(number("memory.swap.current").value_or(0));
  memory.set_swap_limit(number("memory.swap.max").value_or(figures::kMax));
  memory.set_swap_max_usage(number("memory.swap.peak").value_or(0));
  const auto events = figures::read_pairs(group, "memory.events");
  message.mutable_memory_events()->set_low(value_of(events, "low"));
  message.mutable_memory_events()->set_high(value_of(events, "high"));
  message.mutable_memory_events()->set_max(value_of(events, "max"));
  message.mutable_memory_events()->set_oom(value_of(events, "oom"));
  message.mutable_memory_events()->set_oom_kill(value_of(events, "oom_kill"));
}

void read_cpu(const std::string& group, messages::Metrics& message) {
  const auto stat = figures::read_pairs(group, "cpu.stat");
  messages::CPUStat& cpu = *message.mutable_cpu();
  cpu.set_usage_usec(value_of(stat, "usage_usec"));
  cpu.set_user_usec(value_of(stat, "user_usec"));
  cpu.set_system_usec(value_of(stat, "system_usec"));
  cpu.set_nr_periods(value_of(stat, "nr_periods"));
  cpu.set_nr_throttled(value_of(stat, "nr_throttled"));
  cpu.set_throttled_usec(value_of(stat, "throttled_usec"));
}

void read_pids(const std::string& group, messages::Metrics& message) {
  const auto current = figures::read_number(group, "pids.current");
  if (!current) return;
  message.mutable_pids()->set_current(*current);
  message.mutable_pids()->set_limit(figures::read_number(group, "pids.max").value_or(figures::kMax));
}

void set_figure(messages::IOEntry& entry, const figures::DeviceFigure& figure) {
  if (figure.name == "rbytes") entry.set_rbytes(figure.value);
  if (figure.name == "wbytes") entry.set_wbytes(figure.value);
  if (figure.name == "rios") entry.set_rios(figure.value);
  if (figure.name == "wios") entry.set_wios(figure.value);
}

void read_devices(const std::string& group, messages::Metrics& message) {
  messages::IOEntry* entry = nullptr;
  for (const auto& figure : figures::read_devices(group, "io.stat")) {
    if (entry == nullptr || entry->major() != figure.major || entry->minor() != figure.minor) {
      entry = message.mutable_io()->add_usage();  // a line a device, so its figures stand together
      entry->set_major(figure.major);
      entry->set_minor(figure.minor);
    }
    set_figure(*entry, figure);
  }
}

void read_huge_pages(const std::string& group, messages::Metrics& message) {
  for (const auto& size : figures::huge_page_sizes(group, "current")) {
    messages::HugeTlbStat& pages = *message.add_hugetlb();
    const std::string file = "hugetlb." + size;
    pages.set_pagesize(size);
    pages.set_current(figures::read_number(group, file + ".current").value_or(0));
    pages.set_max(figures::read_number(group, file + ".max").value_or(figures::kMax));
  }
}

std::optional<std::uint64_t> limit_of(std::uint64_t limit) {
  if (limit == figures::kMax) return std::nullopt;
  return limit;
}

class FigureList {
 public:
  explicit FigureList(std::vector<Figure>& list) : list_(list) {}
  void add(std::string name, std::uint64_t value) {
    list_.push_back({std::move(name), value == figures::kMax ? "max" : std::to_string(value)});
  }

 private:
  std::vector<Figure>& list_;
};

void list_memory(const messages::Metrics& message, FigureList figures) {
  if (!message.has_memory()) return;
  const auto& memory = message.memory();
  figures.add("memory.current", memory.usage());
  figures.add("memory.peak", memory.max_usage());
  figures.add("memory.max", memory.usage_limit());
  figures.add("memory.swap.current", memory.swap_usage());
  figures.add("memory.swap.peak", memory.swap_max_usage());
  figures.add("memory.swap.max", memory.swap_limit());
  for (const auto& field : kMemoryFields) figures.add(std::string("memory.stat.") + field.name, (memory.*field.get)());
  figures.add("memory.events.low", message.memory_events().low());
  figures.add("memory.events.high", message.memory_events().high());
  figures.add("memory.events.max", message.memory_events().max());
  figures.add("memory.events.oom", message.memory_events().oom());
  figures.add("memory.events.oom_kill", message.memory_events().oom_kill());
}

void list_cpu(const messages::Metrics& message, FigureList figures) {
  if (!message.has_cpu()) return;
  figures.add("cpu.stat.usage_usec", message.cpu().usage_usec());
  figures.add("cpu.stat.user_usec", message.cpu().user_usec());
  figures.add("cpu.stat.system_usec", message.cpu().system_usec());
  figures.add("cpu.stat.nr_periods", message.cpu().nr_periods());
  figures.add("cpu.stat.nr_throttled", message.cpu().nr_throttled());
  figures.add("cpu.stat.throttled_usec", message.cpu().throttled_usec());
}

std::vector<Figure> list(const messages::Metrics& message) {
  std::vector<Figure> result;
  FigureList figures(result);
  list_memory(message, figures);
  list_cpu(message, figures);
  if (message.has_pids()) {
    figures.add("pids.current", message.pids().current());
    figures.add("pids.max", message.pids().limit());
  }
  for (const auto& entry : message.io().usage()) {
    const std::string device = "io.stat." + std::to_string(entry.major()) + ":" + std::to_string(entry.minor()) + ".";
    figures.add(device + "rbytes", entry.rbytes());
    figures.add(device + "wbytes", entry.wbytes());
    figures.add(device + "rios", entry.rios());
    figures.add(device + "wios", entry.wios());
  }
  for (const auto& pages : message.hugetlb()) {
    figures.add("hugetlb." + pages.pagesize() + ".current", pages.current());
    figures.add("hugetlb." + pages.pagesize() + ".max", pages.max());
  }
  return result;
}

MemoryMetrics memory_of(const messages::Metrics& message) {
  const auto& memory = message.memory();
  MemoryMetrics result;
  result.usage = memory.usage();
  result.max_usage = memory.max_usage();
  if (message.has_memory()) {
    result.limit = limit_of(memory.usage_limit());
    result.swap_limit = limit_of(memory.swap_limit());
  }
  result.anon = memory.anon();
  result.file = memory.file();
  result.inactive_file = memory.inactive_file();
  result.swap_usage = memory.swap_usage();
  result.limit_hits = message.memory_events().max();
  result.oom_kills = message.memory_events().oom_kill();
  return result;
}

CpuMetrics cpu_of(const messages::CPUStat& cpu) {
  CpuMetrics result;
  result.usage_ns = cpu.usage_usec() * kMicro;
  result.user_ns = cpu.user_usec() * kMicro;
  result.system_ns = cpu.system_usec() * kMicro;
  result.periods = cpu.nr_periods();
  result.throttled_periods = cpu.nr_throttled();
  result.throttled_ns = cpu.throttled_usec() * kMicro;
  return result;
}

}  // namespace

messages::Metrics read(const std::string& group) {
  messages::Metrics message;
  read_memory(group, message);
  read_cpu(group, message);
  read_pids(group, message);
  read_devices(group, message);
  read_huge_pages(group, message);
  return message;
}

Metrics to_metrics(const messages::Metrics& message) {
  Metrics metrics;
  metrics.cgroup_version = 2;
  metrics.memory = memory_of(message);
  metrics.cpu = cpu_of(message.cpu());
  metrics.pids.current = message.pids().current();
  if (message.has_pids()) metrics.pids.limit = limit_of(message.pids().limit());
  for (const auto& entry : message.io().usage())
    metrics.io.push_back({entry.major(), entry.minor(), entry.rbytes(), entry.wbytes(), entry.rios(), entry.wios()});
  for (const auto& pages : message.hugetlb())
    metrics.huge_pages.push_back({pages.pagesize(), pages.current(), limit_of(pages.max())});
  metrics.figures = list(message);
  return metrics;
}

}  // namespace ctrbox::runtime::version2
