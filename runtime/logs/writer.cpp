#include "runtime/logs/writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::logs {
namespace {

constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;

std::string rotated(int number) { return std::string(kLogFile) + "." + std::to_string(number); }

}  // namespace

std::string format_lines(Stream stream, std::string_view bytes, std::string_view time, bool& in_line) {
  std::string lines;
  lines.reserve(bytes.size() + time.size() + 16);
  while (!bytes.empty()) {
    const auto newline = bytes.find('\n');
    const bool whole = newline != bytes.npos;
    const std::string_view text = bytes.substr(0, whole ? newline : bytes.size());
    lines.append(time).append(stream == Stream::out ? " stdout " : " stderr ").append(whole ? "F " : "P ");
    lines.append(text).push_back('\n');
    bytes.remove_prefix(whole ? newline + 1 : bytes.size());
    in_line = !whole;
  }
  return lines;
}

void Writer::write(Stream stream, std::string_view bytes) {
  if (bytes.empty()) return;
  try {
    append(format_lines(stream, bytes, core::to_rfc3339(core::now_ns()), in_line_[static_cast<int>(stream)]));
    // Between two lines if that can be.
    const bool between_lines = !in_line_[0] && !in_line_[1];
    if (size_ >= limits_.file_bytes && (between_lines || size_ >= 2 * limits_.file_bytes)) rotate();
  } catch (const core::Error&) {
    // No space, or the container was removed: its end is not held up by that.
    torn_ = true;
  }
}

void Writer::append(const std::string& lines) {
  if (!file_) open();
  if (std::exchange(torn_, false)) core::write_all(file_.get(), "\n");  // half a line is a line of its own
  core::write_all(file_.get(), lines);
  size_ += lines.size();
}

void Writer::open() {
  if (!holder_) {
    core::make_directories(directory_, kPrivateDirectory);
    holder_ = core::open_at(AT_FDCWD, directory_, O_RDONLY | O_DIRECTORY);
  }
  file_ = core::open_at(holder_.get(), kLogFile, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, kPrivateFile);
  size_ = static_cast<std::size_t>(core::status_of(file_.get()).st_size);
}

void Writer::rotate() {
  file_.reset();
  for (int number = limits_.files - 1; number > 0; --number) {
    const std::string from = number == 1 ? std::string(kLogFile) : rotated(number - 1);
    if (core::find_status(holder_.get(), from)) core::rename_at(holder_.get(), from, holder_.get(), rotated(number));
  }
}

}  // namespace ctrbox::runtime::logs
