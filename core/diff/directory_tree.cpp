#include "core/diff/directory_tree.h"

#include "core/base/error.h"
#include "core/diff/entry_name.h"
#include "core/sys/node.h"

namespace ctrbox::core::diff {
namespace {

/// Several layers are applied at once, and 1024 descriptors a process is a common limit.
constexpr std::size_t kMaxOpenDirectories = 96;

}  // namespace

std::string Directory::path() const { return parent == nullptr ? "" : join_path(parent->path(), name); }

DirectoryTree::DirectoryTree(int root) : root_fd_(root) {}

int DirectoryTree::fd(Directory& directory) {
  if (directory.parent == nullptr) return root_fd_;
  if (directory.fd) {
    cache_.splice(cache_.begin(), cache_, directory.in_cache);
    return directory.fd.get();
  }
  directory.fd = node::open_directory(fd(*directory.parent), directory.name);
  cache_.push_front(&directory);
  directory.in_cache = cache_.begin();
  if (cache_.size() > kMaxOpenDirectories) {
    cache_.back()->fd.reset();
    cache_.pop_back();
  }
  return directory.fd.get();
}

Directory* DirectoryTree::child(Directory& directory, std::string_view name) {
  const auto found = directory.children.find(name);
  return found == directory.children.end() ? nullptr : found->second.get();
}

Directory& DirectoryTree::add(Directory& parent, std::string_view name, mode_t made_with) {
  auto directory = std::make_unique<Directory>();
  directory->name = name;
  directory->parent = &parent;
  directory->made_with = made_with;
  directory->path_bytes = parent.path_bytes + 1 + name.size();
  if (directory->path_bytes >= archive::kMaxPathBytes) throw invalid_argument("its path is too long");
  return *(parent.children[directory->name] = std::move(directory));
}

void DirectoryTree::remove(Directory& directory) {
  drop_descriptors(directory);
  Directory& parent = *directory.parent;
  parent.children.erase(parent.children.find(directory.name));
}

void DirectoryTree::drop_descriptors(Directory& directory) {
  for (auto& [name, below] : directory.children) drop_descriptors(*below);
  if (!directory.fd) return;
  cache_.erase(directory.in_cache);
  directory.fd.reset();
}

}  // namespace ctrbox::core::diff
