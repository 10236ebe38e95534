#include "core/diff/entry_name.h"

#include <algorithm>

#include "core/base/error.h"

namespace ctrbox::core::diff {
namespace {

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kAufs = ".wh..wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

}  // namespace

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

std::string clean_path(std::string_view raw) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : components(raw)) {
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty()) {
      kept.pop_back();
    }
  }
  std::string path;
  path.reserve(raw.size());
  for (const std::string_view part : kept) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

std::string join_path(std::string_view parent, std::string_view name) {
  std::string path(parent);
  if (!path.empty()) path += '/';
  return path += name;
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

EntryName parse_entry_name(std::string_view raw) {
  const std::string path = clean_path(raw);
  if (path.empty()) return {NameKind::root, "", ""};
  EntryName name{NameKind::ordinary, std::string(parent_path(path)), std::string(base_name(path))};
  if (name.base == kOpaque) return {NameKind::opaque, std::move(name.parent), ""};
  if (path.find(kAufs) != std::string::npos) {
    for (const std::string_view part : components(path)) {
      if (part.starts_with(kAufs)) return {NameKind::ignored, "", ""};
    }
  }
  if (name.base.starts_with(kWhiteout)) {
    name.kind = NameKind::whiteout;
    name.base.erase(0, kWhiteout.size());
    if (name.base.empty() || name.base == "." || name.base == "..") {
      throw invalid_argument("whiteout of " + quoted(name.base) + ": it names no entry of its directory");
    }
  }
  return name;
}

}  // namespace ctrbox::core::diff
