#include "core/diff/changes.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/archive/tar_writer.h"
#include "core/base/error.h"
#include "core/diff/entry_name.h"
#include "core/diff/staged_layer.h"
#include "core/diff/xattr_policy.h"
#include "core/sys/file.h"
#include "core/sys/node.h"
#include "core/sys/xattr.h"

namespace ctrbox::core::diff {
namespace {

using archive::EntryType;
using archive::TarEntry;

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr const char* kRedirectXattr = "trusted.overlay.redirect";
constexpr const char* kMetacopyXattr = "trusted.overlay.metacopy";
constexpr const char* kOverlayWhiteout = ".wh.";
constexpr const char* kOpaqueName = ".wh..wh..opq";

EntryType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return EntryType::directory;
    case S_IFLNK: return EntryType::symlink;
    case S_IFCHR: return EntryType::character_device;
    case S_IFBLK: return EntryType::block_device;
    case S_IFIFO: return EntryType::fifo;
    default: return EntryType::file;
  }
}

enum class Form { plain, overlay };

class TreeWriter {
 public:
  TreeWriter(ByteSink& sink, Form form) : tar_(sink), form_(form) {}

  void write(int root) {
    if (form_ == Form::overlay) {
      TarEntry entry = describe(root, ".", status_of(root));
      entry.path = "./";
      tar_.add(entry);
    }
    write_directory(root, "");
    tar_.finish();
  }

 private:
  void write_directory(int directory, const std::string& path);
  void write_node(int directory, const std::string& name, const std::string& path);
  void write_file(int directory, const std::string& name, TarEntry entry);
  void write_mark(const std::string& path);
  TarEntry describe(int directory, const std::string& name, const struct stat& status) const;
  void check_form(int directory, const std::string& name) const;

  archive::TarWriter tar_;
  Form form_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(kReadBytes);
  std::map<std::pair<dev_t, ino_t>, std::string> links_;  // the first name of what has several
};

TarEntry TreeWriter::describe(int directory, const std::string& name, const struct stat& status) const {
  TarEntry entry;
  entry.type = type_of(status.st_mode);
  entry.permissions = status.st_mode & 07777U;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.size = status.st_size;
  entry.device = status.st_rdev;
  entry.mtime = status.st_mtim;
  for (const std::string& xattr : list_xattrs_at(directory, name)) {
    if (!is_allowed_xattr(xattr)) continue;
    if (auto value = get_xattr_at(directory, name, xattr)) entry.xattrs.push_back({xattr, *std::move(value)});
  }
  return entry;
}

/// An empty file whose name is the message.
void TreeWriter::write_mark(const std::string& path) {
  TarEntry entry;
  entry.path = path;
  tar_.add(entry);
}

void TreeWriter::check_form(int directory, const std::string& name) const {
  if (form_ == Form::plain) return;
  for (const char* mark : {kRedirectXattr, kMetacopyXattr}) {
    if (get_xattr_at(directory, name, mark))
      throw failed_precondition(std::string("overlayfs keeps it by reference (") + mark + "), which no layer can say");
  }
}

void TreeWriter::write_directory(int directory, const std::string& path) {
  for (const std::string& name : list_directory(directory)) {
    const std::string full = join_path(path, name);
    with_context(full, [&] { write_node(directory, name, full); });
  }
}

void TreeWriter::write_node(int directory, const std::string& name, const std::string& path) {
  const auto status = find_status(directory, name);
  if (!status) throw data_loss("it went away while it was read");
  if (S_ISSOCK(status->st_mode)) return;
  if (form_ == Form::overlay && is_whiteout(*status)) {
    return write_mark(join_path(std::string(parent_path(path)), kOverlayWhiteout + name));
  }
  if (form_ == Form::overlay && name.starts_with(kOverlayWhiteout))
    throw invalid_argument("in a layer this name would mean that a file was removed");
  check_form(directory, name);
  TarEntry entry = describe(directory, name, *status);
  entry.path = path;
  if (entry.type == EntryType::directory) {
    entry.path += '/';
    tar_.add(entry);
    if (form_ == Form::overlay && get_xattr_at(directory, name, kOpaqueXattr) == "y")
      write_mark(join_path(path, kOpaqueName));
    return write_directory(open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW).get(), path);
  }
  if (status->st_nlink > 1) {
    const auto [first, is_new] = links_.try_emplace({status->st_dev, status->st_ino}, path);
    if (!is_new) {
      entry.type = EntryType::hard_link;
      entry.link = first->second;
      entry.xattrs.clear();
      return tar_.add(entry);
    }
  }
  if (entry.type == EntryType::file) return write_file(directory, name, std::move(entry));
  if (entry.type == EntryType::symlink) entry.link = node::read_link(directory, name);
  tar_.add(entry);
}

void TreeWriter::write_file(int directory, const std::string& name, TarEntry entry) {
  const Fd file = open_at(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  const struct stat status = status_of(file.get());
  if (!S_ISREG(status.st_mode)) throw data_loss("it changed while it was read");
  entry.size = status.st_size;
  tar_.add(entry);
  for (std::int64_t left = entry.size; left > 0;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(kReadBytes)));
    const std::size_t size = read_some(file.get(), std::span(buffer_).first(wanted));
    if (size == 0) throw data_loss("it became shorter while it was read");
    tar_.data(std::span(buffer_).first(size));
    left -= static_cast<std::int64_t>(size);
  }
}

}  // namespace

void write_changes(int upper, ByteSink& sink) { TreeWriter(sink, Form::overlay).write(upper); }

void write_tree(int root, ByteSink& sink) { TreeWriter(sink, Form::plain).write(root); }

}  // namespace ctrbox::core::diff
