#include <fcntl.h>

#include "core/base/error.h"
#include "core/diff/apply.h"
#include "core/diff/copy.h"
#include "core/diff/settle.h"
#include "core/snapshots/driver.h"
#include "core/sys/file.h"

namespace ctrbox::core::snapshots {
namespace {

constexpr mode_t kRootMode = 0755;
constexpr mode_t kWorkMode = 0711;

std::string fs_of(std::int64_t directory) { return std::to_string(directory) + "/fs"; }

class OverlayDriver final : public Driver {
 public:
  void fill(Kind kind, int area, int staging, const std::vector<rows::Layer>& parents) const override {
    make_directory(staging, "fs", kRootMode);
    // The merged root shows the upper directory's owner, mode and times: they must be the image's.
    if (!parents.empty()) diff::copy_directory_metadata(area, fs_of(parents.front().directory), staging, "fs");
    if (kind == Kind::active) make_directory(staging, "work", kWorkMode);
  }

  void fill_changed(int area, int staging, const std::vector<rows::Layer>& parents,
                    ByteSource& plain_tar) const override {
    make_directory(staging, "fs", kRootMode);
    const Fd root = open_at(staging, "fs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    diff::StagedLayer layer = diff::apply_layer(plain_tar, root.get());
    if (layer.opaque_root)
      throw invalid_argument("a layer that hides all of its image cannot be a container's changes");
    std::vector<Fd> opened;
    std::vector<int> below;
    for (const rows::Layer& parent : parents) {
      opened.push_back(open_at(area, fs_of(parent.directory), O_RDONLY | O_DIRECTORY));
      below.push_back(opened.back().get());
    }
    diff::settle_layer(layer, root.get(), below);
    make_directory(staging, "work", kWorkMode);
  }

  std::vector<Mount> mounts(Kind kind, const std::string& area, std::int64_t directory,
                            const std::vector<rows::Layer>& parents) const override {
    const bool view = kind == Kind::view;
    if (parents.empty()) return {{"bind", area + "/" + fs_of(directory), {view ? "ro" : "rw", "rbind"}}};
    if (view && parents.size() == 1) {
      return {{"bind", area + "/" + fs_of(parents.front().directory), {"ro", "rbind"}}};
    }
    std::string lower = "lowerdir=";
    for (const rows::Layer& parent : parents) {
      if (lower.back() != '=') lower += ':';
      lower += area + "/" + fs_of(parent.directory);
    }
    if (view) return {{"overlay", "overlay", {std::move(lower)}}};
    const std::string own = area + "/" + std::to_string(directory);
    return {{"overlay", "overlay", {"workdir=" + own + "/work", "upperdir=" + own + "/fs", std::move(lower)}}};
  }

  std::vector<std::string> shown(Kind, std::int64_t directory, const std::vector<rows::Layer>& parents) const override {
    std::vector<std::string> roots{fs_of(directory)};
    for (const rows::Layer& parent : parents) roots.push_back(fs_of(parent.directory));
    return roots;
  }

  bool stacks_layers() const noexcept override { return true; }
};

}  // namespace

const Driver& overlay_driver() {
  static const OverlayDriver driver;
  return driver;
}

}  // namespace ctrbox::core::snapshots
