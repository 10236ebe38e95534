// A container's log: what it writes, line by line, each with the time and the stream it came from (CRI's log format,
// docs/formats/logs.md), in <root>/logs/<ns>/<id>/log and, once that is full, log.1 (the newest) to log.<n>.
//
// The directory is made with the first line. What cannot be written, for want of space, is lost: a full disk must not
// stop the container. Ensures after crash: whole lines, but for the last one. Thread: the loop's; one writer a log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/sys/fd.h"
#include "runtime/logs/line.h"

namespace ctrbox::runtime::logs {

inline constexpr const char* kLogFile = "log";

struct Limits {
  std::size_t file_bytes = 10 << 20;
  int files = 3;  // with the one that is written to
};

class Writer {
 public:
  explicit Writer(std::string directory, Limits limits = {}) : directory_(std::move(directory)), limits_(limits) {}

  /// Takes the bytes as they come; a line may come in pieces.
  void write(Stream stream, std::string_view bytes);

 private:
  void append(const std::string& lines);
  void open();
  void rotate();

  std::string directory_;
  Limits limits_;
  core::Fd holder_;  // the directory
  core::Fd file_;
  std::size_t size_ = 0;
  bool in_line_[2] = {false, false};
  bool torn_ = false;  // the last write failed, and may have left half a line
};

/// The lines of a log that `bytes` make, all with the same time. `in_line` is whether the stream is in the middle of a
/// line, before and afterwards. Pure.
std::string format_lines(Stream stream, std::string_view bytes, std::string_view time, bool& in_line);

}  // namespace ctrbox::runtime::logs
