#include "core/archive/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <limits>
#include <utility>

#include "core/base/error.h"

namespace ctrbox::core::archive {
namespace {

struct FreeArchive {
  void operator()(struct ::archive* a) const noexcept { archive_read_free(a); }
};
struct FreeEntry {
  void operator()(archive_entry* e) const noexcept { archive_entry_free(e); }
};

/// 2^32-1 tells chown to leave the owner alone, and what is larger would be cut to something else.
constexpr std::int64_t kMaxId = 0xfffffffe;

/// All headers of one entry: pax records, a long name and a long link target of 1 MiB each, a map of a sparse file.
/// libarchive keeps twelve times a map's size in memory and has no limit of its own.
constexpr std::size_t kMaxHeaderBytes = std::size_t{4} << 20;
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMaxPieceBytes = std::size_t{256} << 10;

std::uint32_t checked_id(std::int64_t id, const char* what, const std::string& path) {
  if (id < 0 || id > kMaxId) {
    throw invalid_argument(path + ": " + what + " " + std::to_string(id) + " is out of range");
  }
  return static_cast<std::uint32_t>(id);
}

/// A time as the kernel takes it: it clamps the seconds to what the file system holds, but refuses odd nanoseconds.
timespec time_of(time_t seconds, long nanoseconds) {
  return {seconds, nanoseconds >= 0 && nanoseconds < 1'000'000'000 ? nanoseconds : 0};
}

/// The raw bytes of a name. libarchive keeps them when it cannot turn them into the locale's character set, which it
/// tells by ARCHIVE_WARN: that is no reason to stop.
std::string raw(const char* text, const char* what) {
  std::string result = text ? text : "";
  if (result.size() > kMaxPathBytes) {
    throw invalid_argument(std::string(what) + " is longer than " + std::to_string(kMaxPathBytes) + " bytes");
  }
  return result;
}

}  // namespace

struct TarReader::State {
  ByteSource& source;
  std::exception_ptr source_error;  // thrown inside libarchive's callback, rethrown outside
  bool source_ended = false;
  std::span<const std::byte> pending;       // of the source's last piece
  std::size_t allowance = kMaxHeaderBytes;  // what libarchive may still take, while it reads a header
  bool in_entry = false;
  std::unique_ptr<struct ::archive, FreeArchive> archive;
  std::unique_ptr<archive_entry, FreeEntry> raw_entry;
  TarEntry entry;
  std::int64_t data_end = 0;  // where the last run of the current file ended

  explicit State(ByteSource& from) : source(from) {}

  static la_ssize_t read(struct ::archive*, void* self, const void** buffer) noexcept {
    auto& state = *static_cast<State*>(self);
    try {
      if (state.pending.empty() && !state.source_ended) {
        state.pending = state.source.next();
        state.source_ended = state.pending.empty();
      }
      if (state.allowance == 0) throw invalid_argument("tar stream is damaged: the headers of an entry are too large");
      const auto bytes = state.pending.first(std::min({state.pending.size(), state.allowance, kMaxPieceBytes}));
      state.pending = state.pending.subspan(bytes.size());
      if (state.allowance != kNoLimit) state.allowance -= bytes.size();
      *buffer = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      state.source_error = std::current_exception();
      return ARCHIVE_FATAL;
    }
  }

  [[noreturn]] void fail() {
    if (source_error) std::rethrow_exception(source_error);
    const char* text = archive_error_string(archive.get());
    throw invalid_argument(std::string("tar stream is damaged: ") + (text ? text : "unknown reason"));
  }

  /// True if the last warning is only that a name's bytes are not of the locale's character set. Everything else that
  /// libarchive warns of, such as damaged pax records, it gets over by leaving out what the archive said.
  bool is_about_charset() const { return archive_errno(archive.get()) == EILSEQ; }

  void open();
  void skip_data();
  void fill();
  void fill_type();
  void fill_xattrs();
};

void TarReader::State::open() {
  archive.reset(archive_read_new());
  raw_entry.reset(archive_entry_new());
  if (!archive || !raw_entry) throw resource_exhausted("out of memory");
  archive_read_support_format_tar(archive.get());
  archive_read_support_format_empty(archive.get());
  // Apple's "._name" files are files like any other here.
  archive_read_set_format_option(archive.get(), "tar", "mac-ext", nullptr);
  if (archive_read_open(archive.get(), this, nullptr, &State::read, nullptr) != ARCHIVE_OK) fail();
}

/// Past the entry's data, however many, so that what is read next counts as header.
void TarReader::State::skip_data() {
  if (in_entry && archive_read_data_skip(archive.get()) < ARCHIVE_WARN) fail();
  in_entry = false;
  allowance = kMaxHeaderBytes;
}

void TarReader::State::fill_type() {
  archive_entry* e = raw_entry.get();
  entry.link.clear();
  entry.device = 0;
  if (const char* target = archive_entry_hardlink(e)) {
    entry.type = EntryType::hard_link;
    entry.link = raw(target, "link target");
    return;
  }
  switch (archive_entry_filetype(e)) {
    case S_IFREG: entry.type = EntryType::file; return;
    case S_IFDIR: entry.type = EntryType::directory; return;
    case S_IFIFO: entry.type = EntryType::fifo; return;
    case S_IFLNK:
      entry.type = EntryType::symlink;
      entry.link = raw(archive_entry_symlink(e), "link target");
      return;
    case S_IFCHR:
    case S_IFBLK:
      entry.type = archive_entry_filetype(e) == S_IFCHR ? EntryType::character_device : EntryType::block_device;
      entry.device = archive_entry_rdev(e);
      return;
    default: throw invalid_argument(entry.path + ": unknown type of entry");
  }
}

void TarReader::State::fill_xattrs() {
  entry.xattrs.clear();
  if (archive_entry_xattr_reset(raw_entry.get()) == 0) return;
  std::size_t total = 0;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  while (archive_entry_xattr_next(raw_entry.get(), &name, &value, &size) == ARCHIVE_OK) {
    Xattr xattr{name, std::string(static_cast<const char*>(value), size)};
    total += xattr.name.size() + size;
    if (total > kMaxXattrBytes) throw invalid_argument(entry.path + ": extended attributes are too large");
    entry.xattrs.push_back(std::move(xattr));
  }
}

void TarReader::State::fill() {
  archive_entry* e = raw_entry.get();
  entry.path = raw(archive_entry_pathname(e), "name");
  fill_type();
  entry.permissions = archive_entry_perm(e) & 07777U;
  entry.uid = checked_id(archive_entry_uid(e), "uid", entry.path);
  entry.gid = checked_id(archive_entry_gid(e), "gid", entry.path);
  entry.size = archive_entry_size(e);
  if (entry.size < 0) throw invalid_argument(entry.path + ": negative size");
  entry.mtime = time_of(archive_entry_mtime(e), archive_entry_mtime_nsec(e));
  entry.atime = entry.mtime;
  if (archive_entry_atime_is_set(e)) entry.atime = time_of(archive_entry_atime(e), archive_entry_atime_nsec(e));
  fill_xattrs();
}

TarReader::TarReader(ByteSource& source) : state_(std::make_unique<State>(source)) { state_->open(); }

TarReader::~TarReader() = default;

const TarEntry* TarReader::next() {
  state_->skip_data();
  const int code = archive_read_next_header2(state_->archive.get(), state_->raw_entry.get());
  if (state_->source_error) std::rethrow_exception(state_->source_error);
  if (code == ARCHIVE_EOF) return nullptr;
  if (code != ARCHIVE_OK && (code != ARCHIVE_WARN || !state_->is_about_charset())) state_->fail();
  state_->in_entry = true;
  state_->allowance = kNoLimit;
  state_->data_end = 0;
  state_->fill();
  return &state_->entry;
}

std::optional<DataRun> TarReader::data() {
  const void* buffer = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int code = archive_read_data_block(state_->archive.get(), &buffer, &size, &offset);
  if (state_->source_error) std::rethrow_exception(state_->source_error);
  if (code == ARCHIVE_EOF) return std::nullopt;
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN) state_->fail();
  const auto length = static_cast<std::int64_t>(size);
  // A sparse map may only go forward and stay inside the file that its header announced.
  if (offset < state_->data_end || length > std::numeric_limits<std::int64_t>::max() - offset ||
      offset + length > state_->entry.size) {
    throw invalid_argument(state_->entry.path + ": damaged map of a sparse file");
  }
  state_->data_end = offset + length;
  return DataRun{offset, std::span(static_cast<const std::byte*>(buffer), size)};
}

void TarReader::drain() {
  state_->pending = {};
  while (!state_->source_ended) state_->source_ended = state_->source.next().empty();
}

}  // namespace ctrbox::core::archive
