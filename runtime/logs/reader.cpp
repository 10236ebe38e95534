#include "runtime/logs/reader.h"

#include <algorithm>
#include <iterator>

#include "core/sys/file.h"

namespace ctrbox::runtime::logs {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;

}  // namespace

Reader::Reader(std::string directory, const Range& range) : directory_(std::move(directory)), range_(range) {
  std::vector<LogFile> files = open_log_files(directory_);
  if (!files.empty()) end_ = core::status_of(files.back().fd.get()).st_size;
  Position begin;
  if (range_.tail && !files.empty())
    begin = find_tail(files, *range_.tail, [this](const Piece& piece) { return is_wanted(piece); });
  files_.assign(std::make_move_iterator(files.begin() + static_cast<std::ptrdiff_t>(begin.file)),
                std::make_move_iterator(files.end()));
  offset_ = begin.offset;
}

bool Reader::is_wanted(const Piece& piece) const {
  return (!range_.since || piece.time >= *range_.since) && (!range_.until || piece.time <= *range_.until);
}

std::optional<Piece> Reader::next() {
  while (true) {
    if (const auto line = take_line()) {
      const auto piece = parse_line(*line);
      if (piece && is_wanted(*piece)) return piece;
    } else if (!fill() && !advance()) {
      return std::nullopt;
    }
  }
}

std::optional<std::string> Reader::take_line() {
  while (true) {
    const auto end = buffer_.find('\n', used_);
    if (end == buffer_.npos) break;
    std::string line = buffer_.substr(used_, end - used_);
    used_ = end + 1;
    if (!std::exchange(skipping_, false)) return line;
  }
  buffer_.erase(0, std::exchange(used_, 0));
  if (buffer_.size() > kMaxLineBytes) {
    skipping_ = true;
    buffer_.clear();
  }
  return std::nullopt;
}

/// Reads on in the present file. Returns false at its end.
bool Reader::fill() {
  if (files_.empty()) return false;
  std::size_t wanted = kReadBytes;
  if (!range_.follow && files_.size() == 1)
    wanted = std::min(wanted, static_cast<std::size_t>(std::max<off_t>(0, end_ - offset_)));
  const std::size_t before = buffer_.size();
  buffer_.resize(before + wanted);
  const auto free = std::as_writable_bytes(std::span(buffer_)).subspan(before);
  const std::size_t count = core::read_at(files_.front().fd.get(), offset_, free);
  buffer_.resize(before + count);
  offset_ += static_cast<off_t>(count);
  return count > 0;
}

/// Goes to the next file, once nothing is written to the present one any more. Returns false while it is the newest.
bool Reader::advance() {
  if (!range_.follow && files_.size() < 2) return false;
  if (files_.empty()) {
    for (LogFile& file : open_log_files(directory_)) files_.push_back(std::move(file));
    return !files_.empty();
  }
  if (files_.size() == 1) {
    auto successor = open_successor(directory_, files_.front());
    if (!successor) return false;
    files_.push_back(std::move(*successor));
    if (fill()) return true;  // what was written before the rotation, after we had looked
  }
  files_.pop_front();
  offset_ = 0;
  buffer_.clear();  // a line that was never finished
  used_ = 0;
  skipping_ = false;
  return true;
}

}  // namespace ctrbox::runtime::logs
