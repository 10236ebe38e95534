#include "core/sys/xattr.h"

#include <sys/xattr.h>

#include <algorithm>
#include <cerrno>

#include "core/base/error.h"

namespace ctrbox::core {
namespace {

/// The kernel's own limits: XATTR_SIZE_MAX and XATTR_LIST_MAX.
constexpr std::size_t kMaxBytes = 65536;

/// There is no lsetxattr beneath a descriptor before Linux 6.13; the magic link of the directory does the same, since
/// only the directory itself is reached through it.
std::string path_beneath(int directory, const std::string& path) {
  return "/proc/self/fd/" + std::to_string(directory) + "/" + path;
}

bool absent(int error) { return error == ENODATA || error == EOPNOTSUPP; }

template <typename Get>
std::optional<std::string> get(const std::string& what, Get&& read) {
  std::string value(256, '\0');
  for (;;) {
    const ssize_t size = read(value.data(), value.size());
    if (size >= 0) {
      value.resize(static_cast<std::size_t>(size));
      return value;
    }
    if (absent(errno)) return std::nullopt;
    if (errno != ERANGE || value.size() >= kMaxBytes) throw system_error("reading attributes of " + what, errno);
    value.resize(kMaxBytes);
  }
}

}  // namespace

bool set_xattr(int fd, const std::string& name, std::string_view value, const std::string& what) {
  if (fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) == 0) return true;
  if (errno == EOPNOTSUPP) return false;
  throw system_error("setting attribute " + name + " of " + what, errno);
}

bool set_xattr_at(int directory, const std::string& path, const std::string& name, std::string_view value) {
  if (lsetxattr(path_beneath(directory, path).c_str(), name.c_str(), value.data(), value.size(), 0) == 0) return true;
  // EPERM: user.* attributes exist on files and directories only.
  if (errno == EOPNOTSUPP || (errno == EPERM && name.starts_with("user."))) return false;
  throw system_error("setting attribute " + name + " of " + path, errno);
}

std::optional<std::string> get_xattr(int fd, const std::string& name) {
  return get(name, [&](char* data, std::size_t size) { return fgetxattr(fd, name.c_str(), data, size); });
}

std::optional<std::string> get_xattr_at(int directory, const std::string& path, const std::string& name) {
  const std::string full = path_beneath(directory, path);
  return get(path, [&](char* data, std::size_t size) { return lgetxattr(full.c_str(), name.c_str(), data, size); });
}

void remove_xattr_at(int directory, const std::string& path, const std::string& name) {
  if (lremovexattr(path_beneath(directory, path).c_str(), name.c_str()) == 0 || absent(errno)) return;
  throw system_error("removing attribute " + name + " of " + path, errno);
}

std::vector<std::string> list_xattrs_at(int directory, const std::string& path) {
  const std::string full = path_beneath(directory, path);
  const auto text = get(path, [&](char* data, std::size_t size) { return llistxattr(full.c_str(), data, size); });
  std::vector<std::string> names;
  if (!text) return names;
  for (std::size_t at = 0; at < text->size();) {
    names.emplace_back(text->c_str() + at);
    at += names.back().size() + 1;
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace ctrbox::core
