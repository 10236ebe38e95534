#include "core/sys/process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>

#include "core/base/error.h"
#include "core/sys/file.h"

namespace ctrbox::core {
namespace {

constexpr std::size_t kMaxStatBytes = 4096;
constexpr int kStateField = 3;
constexpr int kStartTimeField = 22;

struct ProcessStatus {
  char state = '?';
  std::uint64_t start_time = 0;
};

/// Parses /proc/PID/stat. The command name (field 2) may hold anything, parentheses and newlines too, so that fields
/// are counted from its last closing parenthesis.
std::optional<ProcessStatus> parse_status(std::string_view text) {
  const auto name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 2);
  if (text.empty()) return std::nullopt;
  ProcessStatus status{.state = text.front()};
  for (int field = kStateField; field < kStartTimeField; ++field) {
    const auto space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    text.remove_prefix(space + 1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status.start_time);
  if (error != std::errc{}) return std::nullopt;
  return status;
}

std::optional<ProcessStatus> find_status_of(pid_t pid) {
  if (pid <= 0) return std::nullopt;
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  std::string text;
  try {
    const std::optional<Fd> file = find_at(AT_FDCWD, path, O_RDONLY);
    if (!file) return std::nullopt;
    text = read_all(file->get(), kMaxStatBytes, path);
  } catch (const Error& error) {
    if (error.sys_errno() == ESRCH) return std::nullopt;  // it went between open and read
    throw;
  }
  std::optional<ProcessStatus> status = parse_status(text);
  if (!status) throw internal(path + ": not understood");
  return status;
}

std::string read_boot_id() {
  std::string text = read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", kMaxStatBytes);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

std::optional<ProcessIdentity> find_process(pid_t pid) {
  const std::optional<ProcessStatus> status = find_status_of(pid);
  if (!status) return std::nullopt;
  return ProcessIdentity{.pid = pid, .start_time = status->start_time};
}

ProcessIdentity this_process() {
  const std::optional<ProcessIdentity> self = find_process(getpid());
  if (!self) throw internal("/proc does not show this process: is it mounted?");
  return *self;
}

bool is_alive(const ProcessIdentity& process) {
  const std::optional<ProcessStatus> status = find_status_of(process.pid);
  if (!status || status->start_time != process.start_time) return false;
  return status->state != 'Z' && status->state != 'X';
}

const std::string& boot_id() {
  static const std::string id = read_boot_id();
  return id;
}

std::uint64_t pid_namespace() {
  struct stat status = {};
  if (stat("/proc/self/ns/pid", &status) != 0) throw system_error("/proc/self/ns/pid", errno);
  return status.st_ino;
}

bool is_root() noexcept { return geteuid() == 0; }

}  // namespace ctrbox::core
