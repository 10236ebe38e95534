// What every container gets unless it is asked otherwise: capabilities, mounts, hidden paths, device rules.
// Pure data; the safe set that containerd came to after 2017. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/spec/mount.h"

namespace ctrbox::runtime {

inline constexpr std::string_view kOciVersion = "1.0.2";
inline constexpr std::uint64_t kOpenFiles = 1024;

/// The control group of a container, "/<ns>/<id>" (linux.cgroupsPath).
std::string cgroup_path(const std::string& ns, const std::string& id);
std::span<const std::string_view> default_capabilities() noexcept;
/// In mounting order.
std::vector<SpecMount> default_mounts();
std::span<const std::string_view> masked_paths() noexcept;
std::span<const std::string_view> read_only_paths() noexcept;
/// Nothing, then the devices every program expects (linux.resources.devices).
nlohmann::ordered_json device_rules();

}  // namespace ctrbox::runtime
