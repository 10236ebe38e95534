#include "core/diff/settle.h"

#include <fcntl.h>

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/ids.h"
#include "core/diff/copy.h"
#include "core/diff/entry_name.h"
#include "core/diff/layer_stack.h"
#include "core/diff/place.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

constexpr mode_t kDefaultMode = 0755;

bool is_beneath(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

class Settler {
 public:
  Settler(StagedLayer& layer, int root, const std::vector<int>& lower) : layer_(layer), root_(root), lower_(lower) {
    view_.push_back(root);
    view_.insert(view_.end(), lower.begin(), lower.end());
  }

  void run() {
    while (!lower_.empty() && move_one()) {
    }
    for (BorrowedFile& file : layer_.borrowed) {
      with_context("hard link to " + quoted(file.path), [&] { fetch(file); });
    }
    remove_needless_whiteouts();
    remove_unwanted_directories();
    for (const auto& [path, times] : times_) restore_times(path, times);
    inherit_metadata();
  }

 private:
  using Times = std::pair<timespec, timespec>;

  /// True if nothing of the lower layers shows in the directory that holds `path`.
  bool is_hidden(std::string_view path) const {
    if (layer_.opaque_root) return true;
    for (std::string_view at = parent_path(path); !at.empty(); at = parent_path(at)) {
      if (layer_.opaque.count(std::string(at)) != 0) return true;
    }
    return false;
  }

  void remember_times(const std::string& directory) {
    if (times_.count(directory) != 0) return;
    if (const auto status = here(directory)) {
      times_[directory] = {status->st_atim, status->st_mtim};
    }
  }

  void restore_times(const std::string& path, const Times& times) {
    const auto place = Place::find(root_, path);
    if (place && place->status()) node::set_times_at(place->parent(), place->name(), times.first, times.second);
  }

  /// What this layer has at a path.
  std::optional<struct stat> here(const std::string& path) const { return find_place_status(root_, path); }
  Place at(const std::string& path) const { return Place::get(root_, path); }
  void rename(const std::string& from, const std::string& to) const {
    const Place source = at(from);
    const Place target = at(to);
    rename_at(source.parent(), source.name(), target.parent(), target.name());
  }
  void link(const std::string& from, const std::string& to) const {
    const Place source = at(from);
    const Place target = at(to);
    if (!node::create_link(source.parent(), source.name(), target.parent(), target.name())) {
      throw internal(to + " appeared by itself");
    }
  }
  std::vector<std::string> names_in(const std::string& directory) const {
    const Place place = at(directory);
    return list_directory(open_at(place.parent(), place.name(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get());
  }
  void remove(const std::string& path) const {
    const Place place = at(path);
    remove_tree(place.parent(), place.name());
  }
  /// Metadata of a directory of `root`, which may be this layer or a lower one, for one of this layer.
  void copy_metadata(int root, const std::string& from, const std::string& to) const {
    const Place source = Place::get(root, from);
    const Place target = at(to);
    copy_directory_metadata(source.parent(), source.name(), target.parent(), target.name());
  }

  bool move_one();
  bool move_to_link_target(const ImpliedDirectory& directory);
  void ensure_directory(const std::string& path);
  bool is_implied(const std::string& path) const;
  void merge(const std::string& from, const std::string& to);
  void merge_entry(const std::string& from, const std::string& to);
  void mark_opaque(const std::string& path);
  void moved(const std::string& from, const std::string& to);
  void forget(const std::string& path);
  bool shows_through(const std::string& path) const;
  void add_other_names(BorrowedFile& file, const LayerStack::Found& source);
  void fetch(BorrowedFile& file);
  void remove_needless_whiteouts();
  void remove_unwanted_directories();
  void inherit_metadata();

  StagedLayer& layer_;
  int root_;
  LayerStack lower_;
  std::vector<int> view_;  // this layer and the lower ones
  std::map<std::string, Times> times_;
  std::set<std::string> looked_at_;
  std::map<ino_t, std::string> overtaken_;  // borrowed files that turned out to be this layer's own, and where
  std::map<std::pair<int, ino_t>, std::string> fetched_;  // files of lower layers that are here now, and where
  std::map<int, LinkNames> links_;                        // of the lower layers that were asked for
  std::set<std::string> merged_;  // directories of a moved one that were there already where it went
};

/// Each directory is looked at once, but a move changes the list: then it is walked again.
bool Settler::move_one() {
  for (const ImpliedDirectory& directory : layer_.implied) {
    if (looked_at_.insert(directory.path).second && move_to_link_target(directory)) return true;
  }
  return false;
}

/// Returns whether it changed what there is to look at.
bool Settler::move_to_link_target(const ImpliedDirectory& directory) {
  const std::string path = directory.path;
  if (path.empty() || directory.fresh || is_hidden(path)) return false;
  const auto below = lower_.lookup(path);
  if (!below || S_ISDIR(below->status.st_mode)) return false;
  if (!S_ISLNK(below->status.st_mode)) throw invalid_argument(quoted(path) + " is not a directory in the layer below");
  layer_.must_recount = true;
  const std::string aside = ".ctrbox-moving-" + random_hex(8);
  remember_times(std::string(parent_path(path)));
  remember_times("");
  rename(path, aside);
  moved(path, aside);
  // With our directory out of the way the lower symlink is seen again.
  const std::string target = LayerStack(view_).resolve(path);
  ensure_directory(target);
  merge(aside, target);
  std::erase_if(layer_.implied, [&](const ImpliedDirectory& d) { return merged_.count(d.path) != 0; });
  moved(aside, target);
  merged_.clear();
  remove(aside);
  return true;
}

/// Makes a directory whose parents are real ones in the merged view, taking note of what is new.
void Settler::ensure_directory(const std::string& path) {
  if (path.empty()) return;
  const auto there = here(path);
  if (there && S_ISDIR(there->st_mode)) return;
  const std::string parent(parent_path(path));
  ensure_directory(parent);
  if (there && !is_whiteout(*there)) throw invalid_argument(quoted(path) + " is not a directory");
  remember_times(parent);
  if (there) remove(path);
  const Place place = at(path);
  node::create_directory(place.parent(), place.name(), kDefaultMode);
  if (there) mark_opaque(path);
  layer_.implied.push_back({path, true, there.has_value()});
}

/// Moves what is in one directory of this layer into another.
void Settler::merge(const std::string& from, const std::string& to) {
  remember_times(to);
  merged_.insert(from);
  if (layer_.opaque.erase(from) != 0) mark_opaque(to);
  for (const std::string& name : names_in(from)) {
    merge_entry(join_path(from, name), join_path(to, name));
  }
}

void Settler::merge_entry(const std::string& from, const std::string& to) {
  const auto source = here(from);
  const auto target = here(to);
  if (!source) return;
  if (target && is_whiteout(*source)) {
    if (S_ISDIR(target->st_mode)) mark_opaque(to);
    return;
  }
  if (target && S_ISDIR(target->st_mode) && S_ISDIR(source->st_mode)) {
    merge(from, to);
    if (!is_implied(from)) {
      copy_metadata(root_, from, to);
      times_[to] = {source->st_atim, source->st_mtim};
      merged_.insert(to);  // described now
    }
    return;
  }
  const bool was_whiteout = target && is_whiteout(*target);
  if (target && S_ISREG(target->st_mode)) overtaken_[target->st_ino] = to;
  if (target) {
    remove(to);
    forget(to);
  }
  rename(from, to);
  if (was_whiteout && S_ISDIR(source->st_mode)) mark_opaque(to);
}

bool Settler::is_implied(const std::string& path) const {
  return std::any_of(layer_.implied.begin(), layer_.implied.end(),
                     [&](const ImpliedDirectory& directory) { return directory.path == path; });
}

void Settler::mark_opaque(const std::string& path) {
  if (path.empty()) {
    layer_.opaque_root = true;
  } else if (layer_.opaque.insert(path).second) {
    const Place place = at(path);
    set_xattr_at(place.parent(), place.name(), kOpaqueXattr, "y");
  }
}

/// All notes about `from` and what is beneath it now are about `to`.
void Settler::moved(const std::string& from, const std::string& to) {
  const auto rename = [&](std::string& path) {
    if (path == from) {
      path = to;
    } else if (is_beneath(path, from)) {
      path = join_path(to, path.substr(from.size() + 1));
    }
  };
  for (ImpliedDirectory& directory : layer_.implied) rename(directory.path);
  for (std::string& path : layer_.whiteouts) rename(path);
  for (BorrowedFile& file : layer_.borrowed) {
    rename(file.path);
    for (std::string& name : file.names) rename(name);
  }
  std::set<std::string> opaque;
  for (std::string path : layer_.opaque) {
    rename(path);
    opaque.insert(std::move(path));
  }
  layer_.opaque = std::move(opaque);
  std::map<std::string, Times> times;
  for (auto& [path, value] : times_) {
    std::string name = path;
    rename(name);
    times.emplace(std::move(name), value);
  }
  times_ = std::move(times);
}

/// Nothing that was noted of `path` and what was beneath it is there any more.
void Settler::forget(const std::string& path) {
  const auto is_gone = [&](const std::string& other) { return other == path || is_beneath(other, path); };
  std::erase_if(layer_.implied, [&](const ImpliedDirectory& directory) { return is_gone(directory.path); });
  std::erase_if(layer_.whiteouts, is_gone);
  std::erase_if(layer_.opaque, is_gone);
  for (BorrowedFile& file : layer_.borrowed) std::erase_if(file.names, is_gone);
  std::erase_if(times_, [&](const auto& item) { return is_gone(item.first); });
}

/// True if a file that the lower layers have at `path` would be seen there through this layer.
bool Settler::shows_through(const std::string& path) const {
  if (is_hidden(path)) return false;
  for (std::size_t slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const auto there = here(path.substr(0, slash));
    if (!there) return true;
    if (!S_ISDIR(there->st_mode) || slash == std::string::npos) return false;
  }
}

/// The file's other names below must stay names of the same file: they come into this layer, too.
void Settler::add_other_names(BorrowedFile& file, const LayerStack::Found& source) {
  if (source.status.st_nlink < 2) return;
  const auto known = links_.find(source.root);
  const LinkNames& links = known != links_.end() ? known->second : links_[source.root] = find_links(source.root);
  const auto names = links.find(source.status.st_ino);
  if (names == links.end()) return;
  for (const std::string& name : names->second) {
    if (!shows_through(name)) continue;
    const auto seen = lower_.lookup(name);
    if (!seen || seen->root != source.root || seen->status.st_ino != source.status.st_ino) continue;
    ensure_directory(std::string(parent_path(name)));
    file.names.push_back(name);
  }
}

void Settler::fetch(BorrowedFile& file) {
  std::vector<std::string> names;
  for (const std::string& name : file.names) {
    const auto status = here(name);
    if (status && S_ISREG(status->st_mode) && status->st_ino == file.inode &&
        std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(name);
    }
  }
  if (names.empty()) return;
  for (const std::string& name : names) {
    remember_times(std::string(parent_path(name)));
    remove(name);
  }
  if (const auto own = overtaken_.find(file.inode); own != overtaken_.end()) {
    for (const std::string& name : names) link(own->second, name);
    return;
  }
  const auto source = is_hidden(file.path) ? std::nullopt : lower_.lookup(file.path);
  if (!source || S_ISDIR(source->status.st_mode)) {
    throw invalid_argument(source ? "it is a directory" : "no layer has such a file");
  }
  file.names = std::move(names);
  std::string& first = fetched_[{source->root, source->status.st_ino}];
  if (first.empty()) {
    add_other_names(file, *source);
    first = file.names.front();
    const Place place = at(first);
    copy_node(source->root, source->path, source->status, place.parent(), place.name());
  }
  for (const std::string& name : file.names) {
    if (name == first) continue;
    remember_times(std::string(parent_path(name)));
    link(first, name);
  }
}

void Settler::remove_needless_whiteouts() {
  for (const std::string& path : layer_.whiteouts) {
    const auto there = here(path);
    if (!there || !is_whiteout(*there)) continue;
    if (!is_hidden(path) && lower_.lookup(path)) continue;
    remember_times(std::string(parent_path(path)));
    remove(path);
    layer_.must_recount = true;
  }
}

void Settler::remove_unwanted_directories() {
  for (auto at = layer_.implied.rbegin(); at != layer_.implied.rend(); ++at) {
    if (at->wanted || at->path.empty()) continue;
    const auto there = here(at->path);
    if (!there || !S_ISDIR(there->st_mode) || !names_in(at->path).empty()) continue;
    const auto below = is_hidden(at->path) ? std::nullopt : lower_.lookup(at->path);
    if (below && !at->fresh) continue;
    remember_times(std::string(parent_path(at->path)));
    remove(at->path);
    layer_.opaque.erase(at->path);
    layer_.must_recount = true;
  }
}

void Settler::inherit_metadata() {
  for (const ImpliedDirectory& directory : layer_.implied) {
    const bool is_root = directory.path.empty();
    if (directory.fresh || (!is_root && is_hidden(directory.path))) continue;
    const auto below = lower_.lookup(directory.path);
    const auto there = here(directory.path);
    if (below && S_ISDIR(below->status.st_mode) && there && S_ISDIR(there->st_mode)) {
      copy_metadata(below->root, below->path, directory.path);
    } else if (is_root) {
      node::set_mode_at(root_, ".", kDefaultMode);
    }
  }
}

}  // namespace

void settle_layer(StagedLayer& layer, int root, const std::vector<int>& lower) {
  const ThreadUmask exact_modes;
  Settler(layer, root, lower).run();
  if (!layer.must_recount) return;
  const TreeUsage usage = measure_tree(root);
  layer.size_bytes = usage.size_bytes;
  layer.inodes = usage.inodes;
}

}  // namespace ctrbox::core::diff
