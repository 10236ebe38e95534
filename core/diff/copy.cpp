#include "core/diff/copy.h"

#include <fcntl.h>

#include <map>
#include <set>
#include <utility>

#include "core/base/error.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

using Inode = std::pair<dev_t, ino_t>;

void copy_xattrs(int from_root, const std::string& from, int to_root, const std::string& to) {
  for (const std::string& name : list_xattrs_at(from_root, from)) {
    if (name.starts_with("trusted.overlay.")) continue;
    if (const auto value = get_xattr_at(from_root, from, name)) set_xattr_at(to_root, to, name, *value);
  }
}

void copy_metadata(int from_root, const std::string& from, const struct stat& status, int to_root,
                   const std::string& to) {
  node::set_owner_at(to_root, to, status.st_uid, status.st_gid);
  if (!S_ISLNK(status.st_mode)) node::set_mode_at(to_root, to, status.st_mode & 07777U);
  copy_xattrs(from_root, from, to_root, to);
  node::set_times_at(to_root, to, status.st_atim, status.st_mtim);
}

class TreeCopier {
 public:
  /// Borrows both; `to_root` is where hard links are made from.
  explicit TreeCopier(int to_root) : to_root_(to_root) {}

  void copy(int from, int to, const std::string& path) {
    for (const std::string& name : list_directory(from)) {
      const auto status = find_status(from, name);
      if (status) with_context(name, [&] { copy_entry(from, to, path, name, *status); });
    }
  }

 private:
  void copy_entry(int from, int to, const std::string& path, const std::string& name, const struct stat& status) {
    const std::string full = path.empty() ? name : path + "/" + name;
    if (S_ISDIR(status.st_mode)) {
      node::create_directory(to, name, 0700);
      copy(open_at(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(),
           open_at(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), full);
      copy_metadata(from, name, status, to, name);
      return;
    }
    if (status.st_nlink > 1) {
      const auto [first, is_new] = links_.try_emplace(Inode{status.st_dev, status.st_ino}, full);
      if (!is_new) {
        node::create_link(to_root_, first->second, to, name);
        return;
      }
    }
    copy_node(from, name, status, to, name);
  }

  int to_root_;
  std::map<Inode, std::string> links_;
};

void measure(int directory, std::set<Inode>& links, TreeUsage& usage) {
  for (const std::string& name : list_directory(directory)) {
    const auto status = find_status(directory, name);
    if (!status) continue;
    if (S_ISDIR(status->st_mode)) {
      ++usage.inodes;
      measure(open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), links, usage);
    } else if (status->st_nlink == 1 || links.insert({status->st_dev, status->st_ino}).second) {
      ++usage.inodes;
      usage.size_bytes += status->st_size;
    }
  }
}

void collect_links(int directory, const std::string& path, LinkNames& links) {
  for (const std::string& name : list_directory(directory)) {
    const auto status = find_status(directory, name);
    if (!status) continue;
    const std::string full = path.empty() ? name : path + "/" + name;
    if (S_ISDIR(status->st_mode)) {
      collect_links(open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), full, links);
    } else if (status->st_nlink > 1) {
      links[status->st_ino].push_back(full);
    }
  }
}

}  // namespace

void copy_node(int from_root, const std::string& from, const struct stat& status, int to_root, const std::string& to) {
  bool made = true;
  if (S_ISREG(status.st_mode)) {
    const Fd source = open_at(from_root, from, O_RDONLY | O_NOFOLLOW);
    const Fd target = node::create_file(to_root, to, 0600);
    made = static_cast<bool>(target);
    if (made) node::copy_content(source.get(), target.get(), status.st_size);
  } else if (S_ISLNK(status.st_mode)) {
    made = node::create_symlink(to_root, to, node::read_link(from_root, from));
  } else {
    made = node::create_special(to_root, to, status.st_mode, status.st_rdev);
  }
  if (!made) throw already_exists("copy to " + to + ": the name is taken");
  copy_metadata(from_root, from, status, to_root, to);
}

void copy_directory_metadata(int from_root, const std::string& from, int to_root, const std::string& to) {
  const auto status = find_status(from_root, from);
  if (!status) throw not_found(from + " is gone");
  copy_metadata(from_root, from, *status, to_root, to);
}

void copy_tree(int from, int to) {
  TreeCopier(to).copy(from, to, "");
  copy_directory_metadata(from, ".", to, ".");
}

LinkNames find_links(int root) {
  LinkNames links;
  collect_links(root, "", links);
  return links;
}

TreeUsage measure_tree(int root) {
  TreeUsage usage{0, 1};
  std::set<Inode> links;
  measure(root, links, usage);
  return usage;
}

}  // namespace ctrbox::core::diff
