#include "runtime/spec/namespace_choice.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "core/base/error.h"

namespace ctrbox::runtime {
namespace {

constexpr std::array<std::array<std::string_view, 2>, 10> kTypes = {{{"pid", "pid"},
                                                                     {"network", "network"},
                                                                     {"net", "network"},
                                                                     {"ipc", "ipc"},
                                                                     {"uts", "uts"},
                                                                     {"mount", "mount"},
                                                                     {"mnt", "mount"},
                                                                     {"user", "user"},
                                                                     {"cgroup", "cgroup"},
                                                                     {"time", "time"}}};

bool overlap(std::uint32_t a, std::uint32_t a_size, std::uint32_t b, std::uint32_t b_size) {
  return std::uint64_t{a} < std::uint64_t{b} + b_size && std::uint64_t{b} < std::uint64_t{a} + a_size;
}

}  // namespace

JoinedNamespace parse_joined_namespace(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view type = text.substr(0, colon);
  const auto* known = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& row) { return row[0] == type; });
  if (colon == std::string_view::npos || known == kTypes.end() || !text.substr(colon + 1).starts_with('/')) {
    throw core::invalid_argument(
        "invalid namespace " + core::quoted(text) +
        ": expected TYPE:/PATH, TYPE one of pid, network, ipc, uts, mount, user, cgroup, time");
  }
  return {std::string((*known)[1]), std::string(text.substr(colon + 1))};
}

IdMapping parse_id_mapping(std::string_view text) {
  std::array<std::uint32_t, 3> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  bool good = true;
  for (std::size_t i = 0; i < numbers.size() && good; ++i) {
    if (i > 0) good = at != end && *at++ == ':';
    if (!good) break;
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    good = error == std::errc{};
    at = next;
  }
  // The last id means "no change" to the kernel.
  constexpr std::uint64_t kIds = std::numeric_limits<std::uint32_t>::max();
  const auto [container, host, size] = numbers;
  if (!good || at != end || size == 0 || std::uint64_t{container} + size > kIds || std::uint64_t{host} + size > kIds) {
    throw core::invalid_argument("invalid mapping " + core::quoted(text) +
                                 ": expected CONTAINER:HOST:LENGTH, numbers within 0 to 4294967294");
  }
  return {container, host, size};
}

bool maps_host_root(const std::vector<IdMapping>& map) {
  return std::any_of(map.begin(), map.end(), [](const IdMapping& range) { return range.host == 0; });
}

void check_id_map(const std::vector<IdMapping>& map) {
  if (map.size() > kMaxIdMappings)
    throw core::invalid_argument("more than " + std::to_string(kMaxIdMappings) + " mappings of ids");
  for (std::size_t i = 0; i < map.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (overlap(map[i].container, map[i].size, map[j].container, map[j].size) ||
          overlap(map[i].host, map[i].size, map[j].host, map[j].size))
        throw core::invalid_argument("mappings of ids overlap");
    }
  }
}

}  // namespace ctrbox::runtime
