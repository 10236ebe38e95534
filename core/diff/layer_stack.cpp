#include "core/diff/layer_stack.h"

#include <deque>
#include <numeric>

#include "core/base/error.h"
#include "core/diff/entry_name.h"
#include "core/diff/staged_layer.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

constexpr int kMaxSymlinks = 255;
/// A bound for memory, not for correctness: beyond it the cache starts over.
constexpr std::size_t kMaxKnown = 8192;

}  // namespace

std::optional<LayerStack::Found> LayerStack::lookup_in(const Layers& layers, const std::string& path,
                                                       Layers* directories) {
  std::optional<Found> found;
  for (const std::size_t layer : layers) {
    const auto status = find_status(roots_[layer], path.empty() ? "." : path);
    if (!status) continue;
    if (is_whiteout(*status)) break;
    if (!S_ISDIR(status->st_mode)) {
      if (!found) found = Found{*status, roots_[layer], path};
      break;
    }
    if (!found) found = Found{*status, roots_[layer], path};
    if (directories == nullptr) break;
    directories->push_back(layer);
    if (!path.empty() && get_xattr_at(roots_[layer], path, kOpaqueXattr) == "y") break;
  }
  return found;
}

const LayerStack::Layers& LayerStack::directory(const std::string& path) {
  if (const auto known = known_.find(path); known != known_.end()) return known->second;
  Layers layers;
  if (path.empty()) {
    layers.resize(roots_.size());
    std::iota(layers.begin(), layers.end(), std::size_t{0});
  } else {
    const Layers parent = directory(std::string(parent_path(path)));
    lookup_in(parent, path, &layers);
  }
  if (known_.size() >= kMaxKnown) known_.clear();
  return known_[path] = std::move(layers);
}

std::optional<LayerStack::Found> LayerStack::lookup(const std::string& path) {
  if (path.empty()) return lookup_in(directory(""), "", nullptr);
  const Layers parent = directory(std::string(parent_path(path)));
  return lookup_in(parent, path, nullptr);
}

std::string LayerStack::resolve(const std::string& path) {
  std::deque<std::string> rest;
  for (const std::string_view part : components(path)) rest.emplace_back(part);
  std::string at;
  int symlinks = 0;
  while (!rest.empty()) {
    const std::string name = std::move(rest.front());
    rest.pop_front();
    if (name == "..") {
      at = parent_path(at);
      continue;
    }
    const std::string next = join_path(at, name);
    const auto found = lookup(next);
    if (!found || !S_ISLNK(found->status.st_mode)) {
      at = next;
      continue;
    }
    if (++symlinks > kMaxSymlinks) throw invalid_argument("too many symlinks in " + quoted(path));
    const std::string target = node::read_link(found->root, found->path);
    if (target.starts_with('/')) at.clear();
    const auto parts = components(target);
    rest.insert(rest.begin(), parts.begin(), parts.end());
  }
  return at;
}

}  // namespace ctrbox::core::diff
