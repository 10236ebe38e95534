#include "commands/flags/limits.h"

#include <charconv>
#include <cstdint>
#include <optional>

#include "commands/flags/declare.h"
#include "core/base/error.h"
#include "core/base/size.h"

namespace ctrbox::commands {
namespace {

constexpr std::string_view kUnlimited = "-1";

std::optional<std::int64_t> size(const char* flag, const std::string& typed) {
  if (typed.empty()) return std::nullopt;
  if (typed == kUnlimited) return -1;
  const auto bytes = core::with_context(flag, [&] { return core::parse_size(typed); });
  if (bytes == 0) throw core::invalid_argument(std::string(flag) + ": a limit of nothing would let nothing run");
  return bytes;
}

std::optional<std::int64_t> number(const char* flag, const std::string& typed, std::int64_t least, std::int64_t most) {
  if (typed.empty()) return std::nullopt;
  std::int64_t value = 0;
  const char* const typed_end = typed.data() + typed.size();
  const auto [end, error] = std::from_chars(typed.data(), typed_end, value);
  if (error != std::errc{} || end != typed_end || value < least || value > most || (value == 0 && least < 0))
    throw core::invalid_argument(std::string(flag) + ": " + core::quoted(typed) + " is not a number " +
                                 (least < 0 ? "(-1: unlimited) " : "from " + std::to_string(least) + " ") + "to " +
                                 std::to_string(most));
  return value;
}

std::string cpu_list(const char* flag, const std::string& typed) {
  if (!typed.empty()) core::with_context(flag, [&] { runtime::check_cpu_list(typed); });
  return typed;
}

}  // namespace

void add_limits(CLI::App& app, LimitFlags& target) {
  add_value(app, "--memory,--memory-limit", target.memory, "BYTES", "memory it may use: 64m, 1.5g; -1 is unlimited");
  add_value(app, "--memory-swap", target.memory_swap, "BYTES", "memory and swap together; -1 is unlimited");
  add_value(app, "--cpus", target.cpus, "NUMBER", "CPUs it may use up: 1.5");
  add_value(app, "--cpu-shares", target.cpu_shares, "WEIGHT", "its part when CPUs are short, of 1024 each");
  add_value(app, "--cpu-quota", target.cpu_quota, "MICROSECONDS", "CPU time in each period; -1 is unlimited");
  add_value(app, "--cpu-period", target.cpu_period, "MICROSECONDS", "length of a period; 100000 with --cpus");
  add_value(app, "--cpuset-cpus", target.cpuset_cpus, "LIST", "CPUs it may run on: 0-3,5");
  add_value(app, "--cpuset-mems", target.cpuset_mems, "LIST", "memory nodes it may use: 0,1");
  add_value(app, "--pids-limit", target.pids, "NUMBER", "processes and threads it may have; -1 is unlimited");
}

runtime::ResourceLimits chosen_limits(const LimitFlags& typed) {
  runtime::ResourceLimits limits;
  limits.memory_bytes = size("--memory", typed.memory);
  limits.memory_swap_bytes = size("--memory-swap", typed.memory_swap);
  if (limits.memory_bytes && limits.memory_swap_bytes.value_or(-1) != -1 &&
      (*limits.memory_bytes == -1 || *limits.memory_swap_bytes < *limits.memory_bytes))
    throw core::invalid_argument("--memory-swap is memory and swap together: it cannot be less than --memory");
  limits.cpu_shares = number("--cpu-shares", typed.cpu_shares, 2, 262'144);
  limits.cpu_quota = number("--cpu-quota", typed.cpu_quota, -1, 1'000'000'000'000);
  limits.cpu_period = number("--cpu-period", typed.cpu_period, 1'000, 1'000'000);
  if (!typed.cpus.empty())
    core::with_context("--cpus", [&] { runtime::set_cpus(limits, runtime::parse_cpus(typed.cpus)); });
  limits.cpuset_cpus = cpu_list("--cpuset-cpus", typed.cpuset_cpus);
  limits.cpuset_mems = cpu_list("--cpuset-mems", typed.cpuset_mems);
  limits.pids = number("--pids-limit", typed.pids, -1, 4'194'304);
  return limits;
}

}  // namespace ctrbox::commands
