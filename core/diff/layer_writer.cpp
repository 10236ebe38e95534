#include "core/diff/layer_writer.h"

#include <fcntl.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "core/base/error.h"
#include "core/diff/xattr_policy.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

using archive::EntryType;
using archive::TarEntry;

constexpr mode_t kPlainBits = 0777;
constexpr mode_t kSpecialBits = 07000;
constexpr mode_t kImpliedMode = 0755;
/// As the kernel and containerd count.
constexpr int kMaxSymlinks = 255;
constexpr std::size_t kMaxNotedBytes = std::size_t{64} << 20;

bool owned_by_root(const TarEntry& entry) { return entry.uid == 0 && entry.gid == 0; }

mode_t type_bits(EntryType type) {
  switch (type) {
    case EntryType::character_device: return S_IFCHR;
    case EntryType::block_device: return S_IFBLK;
    case EntryType::fifo: return S_IFIFO;
    default: throw internal("not a special file");
  }
}

/// Erases the notes of a path and of what is beneath it, each after `erased` was told.
template <typename Notes, typename Erased>
void erase_tree(Notes& notes, const std::string& path, const Erased& erased) {
  const auto name_of = [](const auto& note) -> const std::string& {
    if constexpr (requires { note.first; }) {
      return note.first;
    } else {
      return note;
    }
  };
  if (const auto own = notes.find(path); own != notes.end()) {
    erased(*own);
    notes.erase(own);
  }
  const std::string below = path + "/";
  for (auto at = notes.lower_bound(below); at != notes.end() && name_of(*at).starts_with(below);) {
    erased(*at);
    at = notes.erase(at);
  }
}

}  // namespace

void LayerWriter::write(const TarEntry& entry, archive::TarReader& reader) {
  const EntryName name = parse_entry_name(entry.path);
  switch (name.kind) {
    case NameKind::ignored: return;
    case NameKind::root: return write_root(entry);
    case NameKind::opaque: return mark_opaque(resolve(name.parent));
    case NameKind::whiteout: return write_whiteout(resolve(name.parent), name.base);
    case NameKind::ordinary: break;
  }
  Directory& parent = resolve(name.parent);
  for (Directory* at = &parent; at != nullptr && !at->wanted; at = at->parent) at->wanted = true;
  write_ordinary(parent, name.base, entry, reader);
}

void LayerWriter::write_ordinary(Directory& parent, const std::string& name, const TarEntry& entry,
                                 archive::TarReader& reader) {
  switch (entry.type) {
    case EntryType::file: return write_file(parent, name, entry, reader);
    case EntryType::directory: return write_directory(parent, name, entry);
    case EntryType::symlink: return write_symlink(parent, name, entry);
    case EntryType::hard_link: return write_hard_link(parent, name, entry);
    case EntryType::character_device:
    case EntryType::block_device:
    case EntryType::fifo: return write_special(parent, name, entry);
  }
}

void LayerWriter::write_root(const TarEntry& entry) {
  // A root that is a symlink would carry all that follows somewhere else (CVE-2021-29136).
  if (entry.type != EntryType::directory) throw invalid_argument("the root of a layer must be a directory");
  tree_.root().metadata = metadata_of(entry);
}

std::unique_ptr<DirectoryMetadata> LayerWriter::metadata_of(const TarEntry& entry) {
  auto metadata = std::make_unique<DirectoryMetadata>(
      DirectoryMetadata{entry.permissions, entry.uid, entry.gid, entry.atime, entry.mtime, {}});
  for (const archive::Xattr& xattr : entry.xattrs) {
    if (!is_allowed_xattr(xattr.name)) continue;
    note(xattr.name.size() + xattr.value.size());
    metadata->xattrs.push_back(xattr);
  }
  return metadata;
}

void LayerWriter::note(std::size_t bytes) {
  noted_bytes_ += bytes;
  if (noted_bytes_ > kMaxNotedBytes)
    throw resource_exhausted("the layer's directories and whiteouts need too much memory");
}

void LayerWriter::write_file(Directory& parent, const std::string& name, const TarEntry& entry,
                             archive::TarReader& reader) {
  const int at = tree_.fd(parent);
  Fd file = node::create_file(at, name, entry.permissions & kPlainBits);
  if (!file) {
    clear(parent, name);
    file = node::create_file(tree_.fd(parent), name, entry.permissions & kPlainBits);
    if (!file) throw internal("the name is taken by somebody else");
  }
  std::int64_t end = 0;
  while (const auto run = reader.data()) {
    node::write_at(file.get(), run->bytes, run->offset);
    end = run->offset + static_cast<std::int64_t>(run->bytes.size());
  }
  if (end < entry.size) node::set_size(file.get(), entry.size);
  // chown and write clear set-id bits and capabilities: these come after.
  if (!owned_by_root(entry)) node::set_owner(file.get(), entry.uid, entry.gid, name);
  if ((entry.permissions & kSpecialBits) != 0) change_mode(file.get(), entry.permissions, name);
  for (const archive::Xattr& xattr : entry.xattrs) {
    if (is_allowed_xattr(xattr.name)) set_xattr(file.get(), xattr.name, xattr.value, name);
  }
  node::set_times(file.get(), entry.atime, entry.mtime, name);
  count(entry.size);
}

void LayerWriter::write_directory(Directory& parent, const std::string& name, const TarEntry& entry) {
  Directory* directory = DirectoryTree::child(parent, name);
  if (directory == nullptr) {
    const mode_t mode = entry.permissions & kPlainBits;
    bool replaced = false;
    if (!node::create_directory(tree_.fd(parent), name, mode)) {
      clear(parent, name);
      replaced = true;
      if (!node::create_directory(tree_.fd(parent), name, mode)) {
        throw internal("the name is taken by somebody else");
      }
    }
    directory = &tree_.add(parent, name, mode);
    count(0);
    if (replaced) {
      directory->fresh = true;
      mark_opaque(*directory);
    }
  }
  directory->metadata = metadata_of(entry);
}

void LayerWriter::write_symlink(Directory& parent, const std::string& name, const TarEntry& entry) {
  if (entry.link.empty()) throw invalid_argument("symlink without a target");
  if (!node::create_symlink(tree_.fd(parent), name, entry.link)) {
    clear(parent, name);
    node::create_symlink(tree_.fd(parent), name, entry.link);
  }
  const int at = tree_.fd(parent);
  if (!owned_by_root(entry)) node::set_owner_at(at, name, entry.uid, entry.gid);
  node::set_times_at(at, name, entry.atime, entry.mtime);
  count(static_cast<std::int64_t>(entry.link.size()));
}

void LayerWriter::write_special(Directory& parent, const std::string& name, const TarEntry& entry) {
  if (entry.type == EntryType::character_device && entry.device == 0) {
    throw invalid_argument("a character device 0:0 is overlay's mark of a removed file");
  }
  const mode_t mode = type_bits(entry.type) | entry.permissions;
  if (!node::create_special(tree_.fd(parent), name, mode, entry.device)) {
    clear(parent, name);
    node::create_special(tree_.fd(parent), name, mode, entry.device);
  }
  const int at = tree_.fd(parent);
  if (!owned_by_root(entry)) {
    node::set_owner_at(at, name, entry.uid, entry.gid);
    if ((entry.permissions & kSpecialBits) != 0) node::set_mode_at(at, name, entry.permissions);
  }
  for (const archive::Xattr& xattr : entry.xattrs) {
    if (is_allowed_xattr(xattr.name)) set_xattr_at(at, name, xattr.name, xattr.value);
  }
  node::set_times_at(at, name, entry.atime, entry.mtime);
  count(0);
}

void LayerWriter::write_hard_link(Directory& parent, const std::string& name, const TarEntry& entry) {
  const std::string target = clean_path(entry.link);
  if (target.empty()) throw invalid_argument("hard link to the root");
  const std::string target_name(base_name(target));
  Directory& source = resolve(std::string(parent_path(target)));
  const auto status = find_status(tree_.fd(source), target_name);
  if (status && (S_ISDIR(status->st_mode) || is_whiteout(*status))) {
    throw invalid_argument("hard link to " + quoted(entry.link) + ", which is " +
                           (S_ISDIR(status->st_mode) ? "a directory" : "removed by this layer"));
  }
  if (!status) borrow(source, target_name, entry.link);
  if (&source == &parent && target_name == name) return;
  // Two descriptors at once: the second call may close the first one's, but never the one it returns.
  const Fd from = source.parent == nullptr ? Fd(fcntl(root_, F_DUPFD_CLOEXEC, 0))
                                           : node::open_directory(tree_.fd(*source.parent), source.name);
  if (!node::create_link(from.get(), target_name, tree_.fd(parent), name)) {
    clear(parent, name);
    node::create_link(from.get(), target_name, tree_.fd(parent), name);
  }
  if (borrowed_.empty()) return;
  const auto linked = find_status(tree_.fd(parent), name);
  if (linked && is_borrowed(*linked)) {
    add_borrowed_name(linked->st_ino, join_path(parent.path(), name));
  }
}

void LayerWriter::borrow(Directory& parent, const std::string& name, const std::string& link) {
  const Fd file = node::create_file(tree_.fd(parent), name, 0);
  if (!file) throw internal("the target " + quoted(link) + " appeared by itself");
  const std::string path = join_path(parent.path(), name);
  layer_.must_recount = true;
  const ino_t inode = status_of(file.get()).st_ino;
  borrowed_[inode] = {layer_.borrowed.size(), 0};
  layer_.borrowed.push_back({path, inode, {}});
  add_borrowed_name(inode, path);
  for (Directory* at = &parent; at != nullptr && !at->wanted; at = at->parent) at->wanted = true;
}

void LayerWriter::add_borrowed_name(ino_t inode, const std::string& path) {
  note(path.size());
  if (borrowed_names_.emplace(path, inode).second) ++borrowed_.at(inode).names;
}

bool LayerWriter::is_borrowed(const struct stat& status) const { return borrowed_.count(status.st_ino) != 0; }

void LayerWriter::write_whiteout(Directory& parent, const std::string& name) {
  // Whiteouts take from the lower layers only, wherever in the stream they stand.
  if (Directory* directory = DirectoryTree::child(parent, name)) {
    if (directory->wanted || directory->metadata) return mark_opaque(*directory);
    clear(parent, name);  // only whiteouts are in it
  }
  if (!node::create_special(tree_.fd(parent), name, S_IFCHR, 0)) {
    const auto status = find_status(tree_.fd(parent), name);
    if (!status || !is_borrowed(*status)) return;
    clear(parent, name);
    node::create_special(tree_.fd(parent), name, S_IFCHR, 0);
  }
  std::string path = join_path(parent.path(), name);
  note(path.size());
  whiteouts_.insert(std::move(path));
  count(0);
}

void LayerWriter::mark_opaque(Directory& directory) {
  if (directory.parent == nullptr) {
    layer_.opaque_root = true;
    return;
  }
  if (directory.opaque) return;
  directory.opaque = true;
  set_xattr_at(tree_.fd(*directory.parent), directory.name, kOpaqueXattr, "y");
  note(directory.path_bytes);
  layer_.opaque.insert(directory.path());
}

Directory& LayerWriter::resolve(const std::string& path) {
  if (last_directory_ == nullptr || path != last_path_) {
    last_directory_ = &resolve_slowly(path);
    last_path_ = path;
  }
  return *last_directory_;
}

Directory& LayerWriter::resolve_slowly(const std::string& path) {
  std::deque<std::string> rest;
  for (const std::string_view part : components(path)) rest.emplace_back(part);
  Directory* at = &tree_.root();
  int symlinks = 0;
  while (!rest.empty()) {
    const std::string name = std::move(rest.front());
    rest.pop_front();
    if (name == "..") {
      if (at->parent != nullptr) at = at->parent;
      continue;
    }
    std::string target;
    if (Directory* next = enter(*at, name, target)) {
      at = next;
      continue;
    }
    if (++symlinks > kMaxSymlinks) throw invalid_argument("too many symlinks in " + quoted(path));
    if (target.starts_with('/')) at = &tree_.root();
    const auto parts = components(target);
    rest.insert(rest.begin(), parts.begin(), parts.end());
  }
  return *at;
}

Directory* LayerWriter::enter(Directory& parent, const std::string& name, std::string& target) {
  if (Directory* known = DirectoryTree::child(parent, name)) return known;
  const int at = tree_.fd(parent);
  const auto status = find_status(at, name);
  if (!status) return &make_implied(parent, name);
  if (S_ISLNK(status->st_mode)) {
    target = node::read_link(at, name);
    return nullptr;
  }
  if (!is_whiteout(*status)) throw invalid_argument(quoted(join_path(parent.path(), name)) + " is not a directory");
  clear(parent, name);
  Directory& directory = make_implied(parent, name);
  directory.fresh = true;
  mark_opaque(directory);
  return &directory;
}

Directory& LayerWriter::make_implied(Directory& parent, const std::string& name) {
  if (!node::create_directory(tree_.fd(parent), name, kImpliedMode)) throw internal(name + " appeared by itself");
  count(0);
  Directory& directory = tree_.add(parent, name, kImpliedMode);
  note(directory.path_bytes);
  return directory;
}

void LayerWriter::forget(const std::string& path) {
  erase_tree(layer_.opaque, path, [](const std::string&) {});
  erase_tree(whiteouts_, path, [](const std::string&) {});
  erase_tree(borrowed_names_, path, [&](const auto& item) {
    const auto placeholder = borrowed_.find(item.second);
    if (--placeholder->second.names == 0) borrowed_.erase(placeholder);
  });
}

void LayerWriter::clear(Directory& parent, const std::string& name) {
  layer_.must_recount = true;
  if (!layer_.opaque.empty() || !whiteouts_.empty() || !borrowed_names_.empty()) {
    forget(join_path(parent.path(), name));
  }
  if (Directory* directory = DirectoryTree::child(parent, name)) tree_.remove(*directory);
  last_directory_ = nullptr;  // it may have been reached through what goes now
  remove_tree(tree_.fd(parent), name);
}

}  // namespace ctrbox::core::diff
