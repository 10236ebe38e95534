#include <fcntl.h>

#include "core/base/error.h"
#include "core/diff/copy.h"
#include "core/snapshots/driver.h"
#include "core/sys/file.h"
#include "core/sys/node.h"

namespace ctrbox::core::snapshots {
namespace {

constexpr mode_t kRootMode = 0755;

std::string fs_of(std::int64_t directory) { return std::to_string(directory) + "/fs"; }

class NativeDriver final : public Driver {
 public:
  void fill(Kind kind, int area, int staging, const std::vector<rows::Layer>& parents) const override {
    make_directory(staging, "fs", kRootMode);
    // A view shows its parent's own tree.
    if (parents.empty() || kind == Kind::view) return;
    const ThreadUmask exact_modes;
    const Fd from = open_at(area, fs_of(parents.front().directory), O_RDONLY | O_DIRECTORY);
    const Fd to = open_at(staging, "fs", O_RDONLY | O_DIRECTORY);
    diff::copy_tree(from.get(), to.get());
  }

  void fill_changed(int, int, const std::vector<rows::Layer>&, ByteSource&) const override {
    throw not_implemented("restoring a container's changes with snapshotter \"native\" is not built: use overlayfs");
  }

  std::vector<Mount> mounts(Kind kind, const std::string& area, std::int64_t directory,
                            const std::vector<rows::Layer>& parents) const override {
    return {
        {"bind", area + "/" + shown(kind, directory, parents).front(), {kind == Kind::view ? "ro" : "rw", "rbind"}}};
  }

  std::vector<std::string> shown(Kind kind, std::int64_t directory,
                                 const std::vector<rows::Layer>& parents) const override {
    return {fs_of(kind == Kind::view && !parents.empty() ? parents.front().directory : directory)};
  }

  bool stacks_layers() const noexcept override { return false; }
};

}  // namespace

const Driver& native_driver() {
  static const NativeDriver driver;
  return driver;
}

}  // namespace ctrbox::core::snapshots
