#include "core/base/log.h"

#include <atomic>
#include <cstdio>
#include <string>

#include "core/base/clock.h"
#include "core/base/escape.h"

namespace ctrbox::core::log {
namespace {

std::atomic<Level> lowest_level{Level::warning};

const char* to_string(Level level) noexcept {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

void write_line(Level level, std::string_view message) {
  if (!enabled(level)) return;
  std::string line = "time=\"" + to_rfc3339(now_ns()) + "\" level=" + to_string(level) + " msg=\"";
  for (const char c : escape_for_terminal(message)) {
    if (c == '"') line += '\\';
    line += c;
  }
  line += "\"\n";
  // One write for the whole line, so that lines of several processes on one stderr do not mix. There is nobody to tell
  // when it fails.
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void set_level(Level level) noexcept { lowest_level.store(level, std::memory_order_relaxed); }
bool enabled(Level level) noexcept { return level >= lowest_level.load(std::memory_order_relaxed); }

void debug(std::string_view message) { write_line(Level::debug, message); }
void info(std::string_view message) { write_line(Level::info, message); }
void warning(std::string_view message) { write_line(Level::warning, message); }
void error(std::string_view message) { write_line(Level::error, message); }

}  // namespace ctrbox::core::log
