#include "core/diff/place.h"

#include <utility>

#include "core/base/error.h"
#include "core/diff/entry_name.h"
#include "core/sys/file.h"

namespace ctrbox::core::diff {

std::optional<Place> Place::find(int root, const std::string& path) {
  if (path.empty()) return Place(Fd(), root, ".");
  const std::string parent(parent_path(path));
  std::string name(base_name(path));
  if (parent.empty()) return Place(Fd(), root, std::move(name));
  auto directory = find_real_directory(root, parent);
  if (!directory) return std::nullopt;
  const int fd = directory->get();
  return Place(std::move(*directory), fd, std::move(name));
}

Place Place::get(int root, const std::string& path) {
  auto place = find(root, path);
  if (!place) throw invalid_argument(quoted(path) + " is not in a directory");
  return *std::move(place);
}

std::optional<struct stat> Place::status() const { return find_status(parent_, name_); }

std::optional<struct stat> find_place_status(int root, const std::string& path) {
  const auto place = Place::find(root, path);
  return place ? place->status() : std::nullopt;
}

}  // namespace ctrbox::core::diff
