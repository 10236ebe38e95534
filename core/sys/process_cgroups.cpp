#include "core/sys/process_cgroups.h"

#include <fcntl.h>

#include <sstream>
#include <vector>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kMaxMountInfoBytes = 16 << 20;
constexpr std::size_t kMaxProcessCgroupBytes = 1 << 20;
constexpr std::size_t kMaxFigureBytes = 1 << 20;
constexpr std::string_view kNamed = "name=";

struct Hierarchy {
  std::string root;       // what of the hierarchy the mount shows
  std::string directory;  // where
  bool unified = false;
  std::vector<std::string> options;  // version 1: its controllers among them
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::vector<Hierarchy> parse_hierarchies(const std::string& mountinfo) {
  std::vector<Hierarchy> result;
  for (const auto& line : split(mountinfo, '\n')) {
    const auto separator = line.find(" - ");
    if (separator == std::string::npos) continue;
    const auto before = split(line.substr(0, separator), ' ');  // id, parent, device, root, mount point, …
    const auto after = split(line.substr(separator + 3), ' ');  // type, source, options
    if (before.size() < 5 || after.size() < 3 || (after[0] != "cgroup" && after[0] != "cgroup2")) continue;
    result.push_back({before[3], before[4], after[0] == "cgroup2", split(after[2], ',')});
  }
  return result;
}

/// The directory of `path`, a group's name in its hierarchy; "" if the mount does not show it, or if it is the root.
std::string directory_of(const Hierarchy& hierarchy, const std::string& path) {
  if (!path.starts_with('/') || (path + "/").find("/../") != std::string::npos) return "";  // outside our namespace
  if (hierarchy.root == "/") return path == "/" ? "" : hierarchy.directory + path;
  if (!(path + "/").starts_with(hierarchy.root + "/")) return "";
  return hierarchy.directory + path.substr(hierarchy.root.size());
}

std::string locate(const std::vector<Hierarchy>& hierarchies, const std::string& controller, const std::string& path) {
  for (const auto& hierarchy : hierarchies) {
    bool is_it = controller.empty() && hierarchy.unified;
    for (const auto& option : hierarchy.options) is_it = is_it || (!hierarchy.unified && option == controller);
    if (!is_it) continue;
    if (auto directory = directory_of(hierarchy, path); !directory.empty()) return directory;
  }
  return "";
}

}  // namespace

const std::string& ProcessCgroups::of(const std::string& controller) const {
  static const std::string kNone;
  const auto found = controllers.find(controller);
  return found == controllers.end() ? kNone : found->second;
}

ProcessCgroups locate_cgroups(const std::string& process_cgroup, const std::string& mountinfo) {
  ProcessCgroups result;
  const auto hierarchies = parse_hierarchies(mountinfo);
  for (const auto& line : split(process_cgroup, '\n')) {  // number:controllers:path
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (names.empty()) result.unified = locate(hierarchies, "", path);
    for (const auto& name : split(names, ',')) {
      if (name.starts_with(kNamed)) continue;
      result.is_version1 = true;
      if (auto directory = locate(hierarchies, name, path); !directory.empty()) result.controllers[name] = directory;
    }
  }
  return result;
}

ProcessCgroups find_process_cgroups(pid_t pid) {
  return locate_cgroups(read_file(AT_FDCWD, "/proc/" + std::to_string(pid) + "/cgroup", kMaxProcessCgroupBytes),
                        read_file(AT_FDCWD, "/proc/self/mountinfo", kMaxMountInfoBytes));
}

std::optional<std::string> read_cgroup_file(const std::string& directory, const std::string& name) {
  if (directory.empty()) return std::nullopt;
  try {
    const auto file = find_at(AT_FDCWD, directory + "/" + name, O_RDONLY);
    if (file) return read_all(file->get(), kMaxFigureBytes, name);
  } catch (const Error&) {
    // Switched off in this kernel (EOPNOTSUPP), or the group went while it was read: no figure.
  }
  return std::nullopt;
}

}  // namespace ctrbox::core
