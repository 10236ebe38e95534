// A whole config.json that the user brings: what it must have, and the little that is filled in. Pure. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ctrbox::runtime {

struct ConfigFile {
  std::string text;
  std::string directory;  // absolute: where a relative root.path starts, as in a bundle; "" leaves it as it is
  std::string rootfs;     // absolute, instead of root.path; "" keeps it
  bool terminal = false;  // true asks for one, whatever the file says
  std::string cgroup;     // linux.cgroupsPath where the file has none
};

struct CompletedConfig {
  std::string spec;
  bool terminal = false;
};

/// Throws invalid_argument, beginning with "config.json", when it is not one: too large or deep, no object, no
/// ociVersion of 1, no command, no absolute working directory, no root.
CompletedConfig complete_config(const ConfigFile& file);

}  // namespace ctrbox::runtime
