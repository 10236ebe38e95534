// Mounts as values, and the calls that make them. Snapshotters return mounts; only the runtime makes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace ctrbox::core {

/// What mount(8) would be told, as in containerd: options are fstab words ("ro", "rbind") and file-system data
/// ("lowerdir=…").
struct Mount {
  std::string type;
  std::string source;
  std::vector<std::string> options;
  bool operator==(const Mount&) const = default;
};

/// Mounts on the existing directory `target`. Overlay lower directories beyond one page of options are handled.
/// Throws core::Error with source and target.
void mount_at(const Mount& mount, const std::string& target);
/// umount2(MNT_DETACH | UMOUNT_NOFOLLOW) until nothing is mounted there. No error if nothing is.
void unmount_all(const std::string& target);

}  // namespace ctrbox::core
