// The OCI runtime spec of a container: image config, command-line options, and a safe default.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/oci/image_config.h"

namespace ctrbox::runtime {

struct BindMount {
  std::string type;
  std::string source;
  std::string destination;
  std::vector<std::string> options;
};

struct SpecOptions {
  std::string ns;
  std::string id;
  std::vector<std::string> args;         // replaces entrypoint and cmd when not empty
  std::vector<std::string> env;          // "K=V" sets, "K" unsets
  std::vector<BindMount> mounts;
  std::string cwd;
  std::optional<std::string> user;       // name, uid, name:group, uid:gid; otherwise the image's
  std::string hostname;
  bool terminal = false;
  bool net_host = false;
  bool read_only = false;
  std::string rootfs = "rootfs";         // path in the spec
  std::string cgroups_path;              // "" means /<ns>/<id>
};

/// Reads a file of the image's root ("etc/passwd"), at most 1 MiB; std::nullopt when absent.
using RootFileReader = std::function<std::optional<std::string>(const std::string& path)>;

/// Returns config.json. Throws invalid_argument (no command, unknown user, bad mount).
std::string build_spec(const SpecOptions& options, const core::ImageConfig& config, const RootFileReader& read_file);

/// "type=bind,src=/a,dst=/b,options=rbind:ro". Throws invalid_argument.
BindMount parse_mount(const std::string& text);

}  // namespace ctrbox::runtime
