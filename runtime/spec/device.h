// Devices of a spec, and the --device option that asks for some. What is asked for is a value; find_devices() looks at
// the host. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::runtime {

struct DeviceRequest {
  std::string source;       // on the host: a device, or a directory of devices
  std::string destination;  // in the container
  std::string access;       // of "rwm"
  bool operator==(const DeviceRequest&) const = default;
};

struct SpecDevice {
  std::string path;  // in the container
  char type = 'c';   // 'c' or 'b'
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t mode = 0;  // permission bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string access = "rwm";
};

/// Devices beneath a directory that are looked at before it is refused.
inline constexpr std::size_t kMaxDevices = 4096;

/// "/dev/x", "/dev/x:/dev/y", "/dev/x:rw" or "/dev/x:/dev/y:r". Throws invalid_argument.
DeviceRequest parse_device(std::string_view text);

/// The device, or those beneath the directory, in order of their paths; a link is followed only when it is the source
/// itself. Throws not_found, invalid_argument (neither a device nor a directory).
std::vector<SpecDevice> find_devices(const DeviceRequest& request);
/// All of /dev, for a privileged container, without what every container has of its own: its terminals, shm, mqueue.
std::vector<SpecDevice> find_host_devices();

/// An element of linux.devices.
nlohmann::ordered_json to_json(const SpecDevice& device);
/// The element of linux.resources.devices that allows its use.
nlohmann::ordered_json rule_of(const SpecDevice& device);

}  // namespace ctrbox::runtime
