// What several layers show together, as overlayfs would merge them, without a mount: whiteouts, opaque directories and
// a non-directory hide what is below. Symlinks lead within the merged root only.
//
// The layers must not change meanwhile: a path is only ever looked up in a layer that has real directories all the way
// to it. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ctrbox::core::diff {

class LayerStack {
 public:
  /// Descriptors of the layers' roots, top first; borrowed. Layers below an opaque root must have been left out.
  explicit LayerStack(std::vector<int> roots) : roots_(std::move(roots)) {}

  struct Found {
    struct stat status {};
    int root = -1;     // of the layer that has it (for a directory: the topmost)
    std::string path;  // beneath that root
  };

  bool empty() const noexcept { return roots_.empty(); }
  /// Follows no symlink, the last one included. `path` is clean; "" is the root.
  std::optional<Found> lookup(const std::string& path);
  /// Where a path leads when every symlink in it is followed, as far as it exists: what is missing is taken as it
  /// stands. Throws invalid_argument for a loop.
  std::string resolve(const std::string& path);

 private:
  using Layers = std::vector<std::size_t>;

  /// The layers that make up the merged directory; empty if it is none.
  const Layers& directory(const std::string& path);
  std::optional<Found> lookup_in(const Layers& layers, const std::string& path, Layers* directories);

  std::vector<int> roots_;
  std::unordered_map<std::string, Layers> known_;
};

}  // namespace ctrbox::core::diff
