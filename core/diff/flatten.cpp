#include <fcntl.h>

#include "core/diff/copy.h"
#include "core/diff/settle.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

void flatten(int from, int to) {
  for (const std::string& name : list_directory(from)) {
    const auto source = find_status(from, name);
    if (!source) continue;
    if (is_whiteout(*source)) {
      remove_tree(to, name);
      continue;
    }
    const auto target = find_status(to, name);
    const bool both = target && S_ISDIR(target->st_mode) && S_ISDIR(source->st_mode);
    if (both && get_xattr_at(from, name, kOpaqueXattr) != "y") {
      flatten(open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(),
              open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get());
      for (const std::string& xattr : list_xattrs_at(to, name)) remove_xattr_at(to, name, xattr);
      copy_directory_metadata(from, name, to, name);
      // The source's own times changed when its entries left.
      node::set_times_at(to, name, source->st_atim, source->st_mtim);
      continue;
    }
    if (target) remove_tree(to, name);
    if (S_ISDIR(source->st_mode)) {
      // Renaming changes nothing of a directory but its "..", which on some file systems touches its times.
      rename_at(from, name, to, name);
      node::set_times_at(to, name, source->st_atim, source->st_mtim);
    } else {
      rename_at(from, name, to, name);
    }
  }
}

}  // namespace

void flatten_layer(const StagedLayer& layer, int root, int tree) {
  const ThreadUmask exact_modes;
  const struct stat before = status_of(root);
  flatten(root, tree);
  for (const std::string& xattr : list_xattrs_at(tree, ".")) remove_xattr_at(tree, ".", xattr);
  copy_directory_metadata(root, ".", tree, ".");
  strip_overlay_form(layer, tree);
  node::set_times_at(tree, ".", before.st_atim, before.st_mtim);
}

void strip_overlay_form(const StagedLayer& layer, int tree) {
  for (const std::string& path : layer.opaque) {
    if (find_status(tree, path)) remove_xattr_at(tree, path, kOpaqueXattr);
  }
}

}  // namespace ctrbox::core::diff
