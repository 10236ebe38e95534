// Extended attributes of files and directories.
// `directory` is a directory descriptor; names are never followed through a symlink. Thread: any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctrbox::core {

/// Throws core::Error with `what`. Returns false where the file system knows no such attributes.
bool set_xattr(int fd, const std::string& name, std::string_view value, const std::string& what);
bool set_xattr_at(int directory, const std::string& path, const std::string& name, std::string_view value);
/// std::nullopt when it has none of this name, or cannot have any.
std::optional<std::string> get_xattr(int fd, const std::string& name);
std::optional<std::string> get_xattr_at(int directory, const std::string& path, const std::string& name);
/// Absent is fine.
void remove_xattr_at(int directory, const std::string& path, const std::string& name);
/// Sorted. Empty where the file system knows none.
std::vector<std::string> list_xattrs_at(int directory, const std::string& path);

}  // namespace ctrbox::core
