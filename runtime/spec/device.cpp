#include "runtime/spec/device.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime {
namespace {

using Json = nlohmann::ordered_json;

// Mounts that a container has of its own, in /dev.
constexpr std::string_view kOwn[] = {"pts", "shm", "mqueue", "fd", "ptmx", "console", ".lxc", ".lxd-mounts"};
constexpr int kMaxDepth = 16;

bool is_access(std::string_view text) {
  return !text.empty() && text.size() <= 3 && text.find_first_not_of("rwm") == std::string_view::npos &&
         std::count(text.begin(), text.end(), 'r') < 2 && std::count(text.begin(), text.end(), 'w') < 2 &&
         std::count(text.begin(), text.end(), 'm') < 2;
}

bool is_device(const struct stat& status) { return S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode); }

SpecDevice device_of(const struct stat& status, std::string path, const std::string& access) {
  SpecDevice device;
  device.path = std::move(path);
  device.type = S_ISBLK(status.st_mode) ? 'b' : 'c';
  device.major = major(status.st_rdev);
  device.minor = minor(status.st_rdev);
  device.mode = status.st_mode & 0777;
  device.uid = status.st_uid;
  device.gid = status.st_gid;
  device.access = access;
  return device;
}

void add_devices(int directory, const std::string& path, const std::string& access, int depth,
                 std::vector<SpecDevice>& found) {
  if (depth > kMaxDepth) throw core::invalid_argument("directory " + core::quoted(path) + " is nested too deeply");
  for (const std::string& name : core::list_directory(directory)) {
    const auto status = core::find_status(directory, name);
    if (!status) continue;  // it went while we looked
    if (is_device(*status)) {
      if (found.size() == kMaxDevices)
        throw core::invalid_argument("more than " + std::to_string(kMaxDevices) + " devices");
      found.push_back(device_of(*status, path + "/" + name, access));
    } else if (S_ISDIR(status->st_mode)) {
      if (const auto inner = core::find_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
        add_devices(inner->get(), path + "/" + name, access, depth + 1, found);
    }
  }
}

}  // namespace

DeviceRequest parse_device(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  DeviceRequest request{parts[0], parts[0], "rwm"};
  if (parts.size() == 2 && is_access(parts[1])) {
    request.access = parts[1];
  } else if (parts.size() >= 2) {
    request.destination = parts[1];
  }
  if (parts.size() == 3) request.access = parts[2];
  const bool absolute = request.source.starts_with('/') && request.destination.starts_with('/');
  if (parts.size() > 3 || !absolute || !is_access(request.access))
    throw core::invalid_argument("invalid device " + core::quoted(text) + ": expected /dev/x[:/dev/y][:rwm]");
  return request;
}

std::vector<SpecDevice> find_devices(const DeviceRequest& request) {
  const auto node = core::find_at(AT_FDCWD, request.source, O_PATH);
  if (!node) throw core::not_found("device " + core::quoted(request.source));
  const struct stat status = core::status_of(node->get());
  if (is_device(status)) return {device_of(status, request.destination, request.access)};
  if (!S_ISDIR(status.st_mode))
    throw core::invalid_argument(core::quoted(request.source) + " is neither a device nor a directory of devices");
  std::vector<SpecDevice> found;
  const core::Fd directory = core::open_at(AT_FDCWD, request.source, O_RDONLY | O_DIRECTORY);
  add_devices(directory.get(), request.destination, request.access, 0, found);
  if (found.empty()) throw core::invalid_argument("no devices in " + core::quoted(request.source));
  return found;
}

std::vector<SpecDevice> find_host_devices() {
  std::vector<SpecDevice> devices = find_devices({"/dev", "/dev", "rwm"});
  std::erase_if(devices, [](const SpecDevice& device) {
    const std::string_view below = std::string_view(device.path).substr(std::string_view("/dev/").size());
    const std::string_view first = below.substr(0, below.find('/'));
    return std::find(std::begin(kOwn), std::end(kOwn), first) != std::end(kOwn);
  });
  return devices;
}

Json to_json(const SpecDevice& device) {
  return {{"path", device.path},     {"type", std::string(1, device.type)},
          {"major", device.major},   {"minor", device.minor},
          {"fileMode", device.mode}, {"uid", device.uid},
          {"gid", device.gid}};
}

Json rule_of(const SpecDevice& device) {
  return {{"allow", true},
          {"type", std::string(1, device.type)},
          {"major", device.major},
          {"minor", device.minor},
          {"access", device.access}};
}

}  // namespace ctrbox::runtime
