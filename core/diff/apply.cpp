#include "core/diff/apply.h"

#include "core/archive/tar_reader.h"
#include "core/base/error.h"
#include "core/diff/layer_writer.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {

void LayerWriter::finish_directory(Directory& directory) {
  for (auto& [name, child] : directory.children) finish_directory(*child);
  if (!directory.metadata) return;
  const DirectoryMetadata& metadata = *directory.metadata;
  const bool is_root = directory.parent == nullptr;
  const int at = is_root ? root_ : tree_.fd(*directory.parent);
  const std::string& name = is_root ? "." : directory.name;
  if (is_root || metadata.uid != 0 || metadata.gid != 0) node::set_owner_at(at, name, metadata.uid, metadata.gid);
  if (is_root || metadata.permissions != directory.made_with) node::set_mode_at(at, name, metadata.permissions);
  for (const archive::Xattr& xattr : metadata.xattrs) {
    set_xattr_at(at, name, xattr.name, xattr.value);
  }
  node::set_times_at(at, name, metadata.atime, metadata.mtime);
}

namespace {

void list_implied(const Directory& directory, const std::string& path, std::vector<ImpliedDirectory>& implied) {
  if (!directory.metadata) implied.push_back({path, directory.wanted, directory.fresh});
  for (const auto& [name, child] : directory.children) list_implied(*child, join_path(path, name), implied);
}

}  // namespace

StagedLayer LayerWriter::finish() {
  finish_directory(tree_.root());
  list_implied(tree_.root(), "", layer_.implied);
  count(0);  // the root
  layer_.whiteouts.assign(whiteouts_.begin(), whiteouts_.end());
  for (const auto& [path, inode] : borrowed_names_) layer_.borrowed[borrowed_.at(inode).index].names.push_back(path);
  return std::move(layer_);
}

StagedLayer apply_layer(ByteSource& plain_tar, int root) {
  const ThreadUmask exact_modes;
  archive::TarReader reader(plain_tar);
  LayerWriter writer(root);
  while (const archive::TarEntry* entry = reader.next()) {
    with_context("unpacking " + quoted(entry->path), [&] { writer.write(*entry, reader); });
  }
  reader.drain();
  return writer.finish();
}

}  // namespace ctrbox::core::diff
