#include "runtime/logs/tail.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/sys/file.h"

namespace ctrbox::runtime::logs {
namespace {

constexpr off_t kBlockBytes = 64 * 1024;
constexpr std::size_t kHeaderBytes = 128;  // time, stream and tags with room to spare; the text does not matter here

/// Finds line breaks from the end of a file towards its beginning.
class BackwardLines {
 public:
  explicit BackwardLines(int fd) : fd_(fd), end_(core::status_of(fd).st_size) {
    // What is behind the last line break is not whole: it is still being written, or never will be.
    const auto last = break_before(end_);
    end_ = last ? *last + 1 : 0;
  }

  /// Where the line before the ones that were given begins; std::nullopt at the beginning of the file.
  std::optional<off_t> next() {
    if (end_ == 0) return std::nullopt;
    const auto before = break_before(end_ - 1);
    end_ = before ? *before + 1 : 0;
    return end_;
  }

  std::string header_at(off_t offset) const {
    std::string text(kHeaderBytes, '\0');
    text.resize(core::read_at(fd_, offset, std::as_writable_bytes(std::span(text))));
    return text.substr(0, text.find('\n'));
  }

 private:
  /// The offset of the last line break before `offset`.
  std::optional<off_t> break_before(off_t offset) {
    while (offset > 0) {
      load(offset);
      const auto found = std::string_view(block_).substr(0, static_cast<std::size_t>(offset - begin_)).rfind('\n');
      if (found != std::string_view::npos) return begin_ + static_cast<off_t>(found);
      offset = begin_;
    }
    return std::nullopt;
  }

  /// Has the block that ends at, or holds, the byte before `offset`.
  void load(off_t offset) {
    if (offset > begin_ && offset <= begin_ + static_cast<off_t>(block_.size())) return;
    begin_ = (offset - 1) / kBlockBytes * kBlockBytes;
    block_.resize(static_cast<std::size_t>(offset - begin_));
    block_.resize(core::read_at(fd_, begin_, std::as_writable_bytes(std::span(block_))));
  }

  int fd_;
  off_t end_;
  std::string block_;
  off_t begin_ = 0;
};

}  // namespace

Position find_tail(const std::vector<LogFile>& files, std::uint64_t lines,
                   const std::function<bool(const Piece&)>& counts) {
  std::uint64_t seen = 0;
  // The end of everything, until a line is wanted.
  Position wanted{files.empty() ? 0 : files.size() - 1, 0};
  if (!files.empty()) wanted.offset = core::status_of(files.back().fd.get()).st_size;
  for (std::size_t index = files.size(); index-- > 0;) {
    BackwardLines file(files[index].fd.get());
    while (const auto begin = file.next()) {
      const auto piece = parse_line(file.header_at(*begin));
      if (piece && piece->ends_line && counts(*piece) && ++seen > lines) return wanted;
      if (piece && seen > 0) wanted = {index, *begin};
    }
  }
  return wanted;
}

}  // namespace ctrbox::runtime::logs
