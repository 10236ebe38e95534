// Which extended attributes of an archive reach the disk: file capabilities, users' own, POSIX ACLs. What steers the
// host (trusted.*, other security.*) or overlayfs (its marks of removed and redirected things, which a layer could
// forge) does not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace ctrbox::core::diff {

inline bool is_allowed_xattr(std::string_view name) {
  if (name.starts_with("user.")) return !name.starts_with("user.overlay.");
  return name == "security.capability" || name == "system.posix_acl_access" || name == "system.posix_acl_default";
}

}  // namespace ctrbox::core::diff
