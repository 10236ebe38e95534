#include "runtime/shim/criu_log.h"

#include <fcntl.h>

#include <array>
#include <optional>
#include <utility>

#include "core/base/log.h"
#include "core/sys/file.h"

namespace ctrbox::runtime::shim {
namespace {

/// The end of a log that is looked at; criu's last words are in its last lines.
constexpr std::size_t kTailBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxLineBytes = 300;
constexpr std::string_view kError = "Error (";

/// "(00.1) Error (criu/files.c:12): text" -> "text"; "" for other lines.
std::string_view error_text(std::string_view line) {
  const auto at = line.find(kError);
  if (at == line.npos) return {};
  const auto end = line.find("): ", at);
  return end == line.npos ? std::string_view() : line.substr(end + 3);
}

bool is_noise(std::string_view text) {
  return text.find("Can't setup RLIMIT_NOFILE") != text.npos || text.find("Dumping FAILED") != text.npos ||
         text.find("Restoring FAILED") != text.npos;
}

std::string read_tail(int file) {
  std::string tail;
  std::array<char, 16384> buffer;
  while (const std::size_t size = core::read_some(file, std::as_writable_bytes(std::span(buffer)))) {
    tail.append(buffer.data(), size);
    if (tail.size() > 2 * kTailBytes) tail.erase(0, tail.size() - kTailBytes);
  }
  return tail;
}

}  // namespace

std::string last_criu_errors(std::string_view log) {
  std::string_view before, last;
  while (!log.empty()) {
    const auto newline = std::min(log.find('\n'), log.size());
    const std::string_view text = error_text(log.substr(0, newline)).substr(0, kMaxLineBytes);
    log.remove_prefix(std::min(newline + 1, log.size()));
    if (text.empty() || is_noise(text)) continue;
    before = last;
    last = text;
  }
  if (before.empty()) return std::string(last);
  return std::string(before) + "; " + std::string(last);
}

core::Error criu_failure(const core::Error& said, const std::string& log, const std::string& kept) {
  std::string errors;
  try {
    const auto file = core::find_at(AT_FDCWD, log, O_RDONLY | O_NOFOLLOW);
    if (!file) return said;
    errors = last_criu_errors(read_tail(file->get()));
    core::make_directories(kept.substr(0, kept.rfind('/')), 0700);
    core::rename_at(AT_FDCWD, log, AT_FDCWD, kept);
  } catch (const core::Error& error) {
    core::log::error(std::string("keeping criu's log: ") + error.what());
    return said;
  }
  // runc names the log where it was.
  std::string text = said.what();
  if (const auto place = text.find("\nlog file: "); place != text.npos) text.erase(place);
  if (errors.empty()) errors = "no error in its log";
  return core::unknown(text + ": criu says: " + errors + " (log: " + kept + ")");
}

}  // namespace ctrbox::runtime::shim
