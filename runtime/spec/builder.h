// The OCI runtime spec of a container: image config, command-line options, and a safe default.
//
// Pure: the host comes in as HostFacts and the image's files through a reader, so equal inputs give equal bytes.
// Labels and annotations of an image are shown, never obeyed: nothing of them gets in here. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/oci/image_config.h"
#include "runtime/spec/host.h"
#include "runtime/spec/mount.h"
#include "runtime/spec/user.h"

namespace ctrbox::runtime {

struct SpecOptions {
  std::string ns;
  std::string id;
  std::vector<std::string> args;    // replaces entrypoint and cmd when not empty
  std::vector<std::string> env;     // "K=V" sets, "K" unsets
  std::vector<SpecMount> mounts;    // one at the place of a default mount replaces it
  std::string cwd;                  // "" is the image's
  std::optional<std::string> user;  // name, uid, name:group, uid:gid; otherwise the image's
  bool terminal = false;
  bool net_host = false;          // the host's network, its host name, and its resolv.conf and hosts, read-only
  bool read_only = false;         // the root
  std::string rootfs = "rootfs";  // path in the spec
};

/// Returns config.json. The host name is the id (as much of it as the kernel takes), the cgroup /<ns>/<id>.
/// Throws invalid_argument (no command, unknown user, a working directory that is no absolute path).
std::string build_spec(const SpecOptions& options, const core::ImageConfig& config, const HostFacts& host,
                       const RootFileReader& read_file);

}  // namespace ctrbox::runtime
