#include "runtime/logs/files.h"

#include <fcntl.h>

#include <algorithm>

#include "core/sys/file.h"

namespace ctrbox::runtime::logs {
namespace {

std::optional<LogFile> open_one(int directory, int number) {
  auto fd = core::find_at(directory, log_file_name(number), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) return std::nullopt;
  const auto status = core::status_of(fd->get());
  if (!S_ISREG(status.st_mode)) return std::nullopt;
  return LogFile{std::move(*fd), status.st_dev, status.st_ino};
}

}  // namespace

std::string log_file_name(int number) { return number == 0 ? "log" : "log." + std::to_string(number); }

std::vector<LogFile> open_log_files(const std::string& directory) {
  std::vector<LogFile> files;
  const auto held = core::find_at(AT_FDCWD, directory, O_PATH | O_DIRECTORY);
  if (!held) return files;
  // From the newest on: what a rotation renames meanwhile is then met twice, and not missed. It may take the name that
  // is asked for next away for a moment (it renames the oldest first), so one gap is none.
  int missing = 0;
  for (int number = 0; number < kMaxFiles && missing < 2; ++number) {
    auto file = open_one(held->get(), number);
    missing = file ? 0 : missing + 1;
    if (!file) continue;
    const auto same = [&](const LogFile& other) { return other.is(*file); };
    if (std::none_of(files.begin(), files.end(), same)) files.push_back(std::move(*file));
  }
  std::reverse(files.begin(), files.end());
  return files;
}

std::optional<LogFile> open_successor(const std::string& directory, const LogFile& file) {
  std::vector<LogFile> files = open_log_files(directory);
  const auto here = std::find_if(files.begin(), files.end(), [&](const LogFile& other) { return other.is(file); });
  if (files.empty() || here == files.end() - 1) return std::nullopt;
  if (here == files.end()) return std::move(files.front());
  return std::move(*(here + 1));
}

}  // namespace ctrbox::runtime::logs
