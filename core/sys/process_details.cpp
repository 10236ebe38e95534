#include "core/sys/process_details.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kMaxStatBytes = 4096;
constexpr std::size_t kMaxStatusBytes = 1 << 20;  // a long list of groups is in it
constexpr int kFirstField = 3;
enum Field { kState = 3, kParent = 4, kUserTicks = 14, kSystemTicks = 15, kStartTime = 22 };

template <typename Number>
Number number_of(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// As much of the file as is wanted; the arguments of a process can be as long as it likes.
std::string read_beginning(int file, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::size_t used = 0;
  while (used < bytes) {
    const std::size_t count = read_some(file, std::as_writable_bytes(std::span(text).subspan(used)));
    if (count == 0) break;
    used += count;
  }
  text.resize(used);
  return text;
}

std::string command_of(int process, const std::string& name) {
  std::string text = read_beginning(open_at(process, "cmdline", O_RDONLY).get(), kMaxCommandBytes);
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text.empty() ? "[" + name + "]" : text;
}

}  // namespace

std::optional<StatFields> parse_process_stat(std::string_view text) {
  const auto open = text.find(" (");
  const auto close = text.rfind(") ");
  if (open == text.npos || close == text.npos || close < open + 2) return std::nullopt;
  StatFields fields;
  fields.name = text.substr(open + 2, close - open - 2);
  text.remove_prefix(close + 2);
  for (int field = kFirstField; field <= kStartTime; ++field) {
    const auto end = std::min(text.find(' '), text.size());
    const std::string_view value = text.substr(0, end);
    if (value.empty()) return std::nullopt;
    if (field == kState) fields.state = value.front();
    if (field == kParent) fields.parent = number_of<std::int64_t>(value);
    if (field == kUserTicks) fields.user_ticks = number_of<std::uint64_t>(value);
    if (field == kSystemTicks) fields.system_ticks = number_of<std::uint64_t>(value);
    if (field == kStartTime) fields.start_time = number_of<std::uint64_t>(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return fields;
}

std::optional<uid_t> parse_effective_uid(std::string_view text) {
  // "Uid:", then real, effective, saved and file system uid, with tabs between.
  constexpr std::string_view kLabel = "\nUid:\t";
  const auto line = text.find(kLabel);
  const auto tab = line == text.npos ? line : text.find('\t', line + kLabel.size());
  if (tab == text.npos) return std::nullopt;
  return number_of<uid_t>(text.substr(tab + 1));
}

std::optional<ProcessDetails> find_process_details(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const std::string path = "/proc/" + std::to_string(pid);
  try {
    // Everything is read through this one: it stays this process's, and is dead when that is.
    const auto directory = find_at(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    if (!directory) return std::nullopt;
    const auto stat = parse_process_stat(read_file(directory->get(), "stat", kMaxStatBytes));
    if (!stat) throw internal(path + "/stat: not understood");
    ProcessDetails details;
    details.identity = {pid, stat->start_time};
    details.parent = static_cast<pid_t>(stat->parent);
    details.uid = parse_effective_uid(read_file(directory->get(), "status", kMaxStatusBytes)).value_or(0);
    const std::uint64_t ticks = stat->user_ticks + stat->system_ticks;
    details.cpu_time = std::chrono::milliseconds(ticks * 1000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK)));
    details.command = command_of(directory->get(), stat->name);
    return details;
  } catch (const Error& error) {
    if (error.sys_errno() == ESRCH || error.code() == ErrorCode::not_found) return std::nullopt;
    throw;
  }
}

}  // namespace ctrbox::core
