#include "runtime/metrics/figures.h"

#include <fcntl.h>

#include <charconv>
#include <sstream>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/process_cgroups.h"

namespace ctrbox::runtime::figures {
namespace {

constexpr std::string_view kHugePages = "hugetlb.";
constexpr std::size_t kMaxDevices = 4096;

std::string_view without_newline(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

/// Takes "8:0" apart; false if it is not that.
bool parse_device(std::string_view text, DeviceFigure& figure) {
  const auto colon = text.find(':');
  if (colon == text.npos) return false;
  const auto major = to_number(text.substr(0, colon));
  const auto minor = to_number(text.substr(colon + 1));
  if (!major || !minor) return false;
  figure.major = *major;
  figure.minor = *minor;
  return true;
}

void parse_device_line(const std::string& line, std::vector<DeviceFigure>& result) {
  DeviceFigure figure;
  std::istringstream words(line);
  std::string word;
  if (!(words >> word) || !parse_device(word, figure)) return;  // "Total 5" is none
  while (words >> word) {
    std::string value;
    if (const auto equals = word.find('='); equals != word.npos) {
      value = word.substr(equals + 1);
      word.resize(equals);
    } else if (!(words >> value)) {
      return;
    }
    const auto number = to_number(value);
    if (!number) continue;
    figure.name = word;
    figure.value = *number;
    result.push_back(figure);
  }
}

}  // namespace

std::optional<std::uint64_t> to_number(std::string_view text) {
  text = without_newline(text);
  if (text == "max") return kMax;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return negative ? 0 : value;
}

std::map<std::string, std::uint64_t> parse_pairs(const std::string& text) {
  std::map<std::string, std::uint64_t> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    if (space == line.npos) continue;
    if (const auto value = to_number(std::string_view(line).substr(space + 1))) result[line.substr(0, space)] = *value;
  }
  return result;
}

std::vector<std::uint64_t> parse_list(const std::string& text) {
  std::vector<std::uint64_t> result;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    if (const auto value = to_number(word)) result.push_back(*value);
  return result;
}

std::vector<DeviceFigure> parse_devices(const std::string& text) {
  std::vector<DeviceFigure> result;
  std::istringstream lines(text);
  for (std::string line; result.size() < kMaxDevices && std::getline(lines, line);) parse_device_line(line, result);
  return result;
}

std::optional<std::uint64_t> read_number(const std::string& directory, const std::string& file) {
  const auto text = core::read_cgroup_file(directory, file);
  return text ? to_number(*text) : std::nullopt;
}

std::map<std::string, std::uint64_t> read_pairs(const std::string& directory, const std::string& file) {
  return parse_pairs(core::read_cgroup_file(directory, file).value_or(""));
}

std::vector<DeviceFigure> read_devices(const std::string& directory, const std::string& file) {
  return parse_devices(core::read_cgroup_file(directory, file).value_or(""));
}

std::vector<std::string> huge_page_sizes(const std::string& directory, const std::string& what) {
  std::vector<std::string> result;
  try {
    const auto group = core::find_at(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
    if (!group) return result;
    for (const auto& name : core::list_directory(group->get())) {
      const std::string end = "." + what;
      if (!name.starts_with(kHugePages) || !name.ends_with(end) || name.size() <= kHugePages.size() + end.size())
        continue;
      const std::string size = name.substr(kHugePages.size(), name.size() - kHugePages.size() - end.size());
      if (size.find('.') == size.npos) result.push_back(size);  // not hugetlb.2MB.rsvd.current
    }
  } catch (const core::Error&) {
    // The group went while it was read.
  }
  return result;
}

}  // namespace ctrbox::runtime::figures
