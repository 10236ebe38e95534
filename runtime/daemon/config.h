// The daemon's settings: a TOML file in the manner of containerd's, whose keys that mean something here are understood.
// Pure but for read_config(). Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"

namespace ctrbox::runtime::daemon {

inline constexpr const char* kDefaultConfigPath = "/etc/ctrbox/config.toml";

struct Config {
  std::string root;                       // "": as for every command
  std::string state;                      // "": as for every command
  std::string address;                    // "": <state>/containerd.sock
  std::string ttrpc_address;              // "": the address and ".ttrpc"
  std::optional<std::uint32_t> uid, gid;  // of the sockets; with either they are 0660, else 0600
  core::log::Level level = core::log::Level::info;
  std::optional<std::chrono::milliseconds> idle_timeout;  // leaves after this time without connections; 0: never

  /// Keys that were there and mean nothing here.
  std::vector<std::string> ignored;
};

/// `name` stands in messages. Throws invalid_argument `<name>:<line>:<column>: …`.
Config parse_config(std::string_view toml, const std::string& name);
/// std::nullopt if there is no such file. Throws core::Error.
std::optional<Config> read_config(const std::string& path);
/// "debug", "info", "warn", "error", and containerd's other names. Throws invalid_argument.
core::log::Level parse_level(std::string_view text);
/// A file with every key at its default.
std::string default_config();

}  // namespace ctrbox::runtime::daemon
