// The texts in which the kernel writes figures of control groups, taken apart. Never throws on garbage: what is not
// understood is not there. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime::figures {

/// What version 2 calls "max".
inline constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

/// "123", "max" (kMax). A negative number, which the kernel's per-CPU counters can show for a moment, is 0.
std::optional<std::uint64_t> to_number(std::string_view text);

/// Lines "key value".
std::map<std::string, std::uint64_t> parse_pairs(const std::string& text);
/// Numbers with spaces between.
std::vector<std::uint64_t> parse_list(const std::string& text);

/// Figures of one block device: "8:0 Read 5" (version 1, a line a figure), "8:0 rbytes=5 rios=1" (version 2).
struct DeviceFigure {
  std::uint64_t major = 0;
  std::uint64_t minor = 0;
  std::string name;
  std::uint64_t value = 0;
};
std::vector<DeviceFigure> parse_devices(const std::string& text);

/// The figures of a directory's files, each alone in its file. std::nullopt when there is no such file.
std::optional<std::uint64_t> read_number(const std::string& directory, const std::string& file);
std::map<std::string, std::uint64_t> read_pairs(const std::string& directory, const std::string& file);
std::vector<DeviceFigure> read_devices(const std::string& directory, const std::string& file);

/// "2MB" for each file "hugetlb.2MB.<what>" of the directory.
std::vector<std::string> huge_page_sizes(const std::string& directory, const std::string& what);

}  // namespace ctrbox::runtime::figures
