// A container's log, read from the oldest file that is left to the newest, and on as it grows.
//
// Survives rotations while it reads. A line that was never finished, as a writer that was killed leaves it, is passed
// over. Bounded memory: a line beyond kMaxLineBytes is passed over too. Changes nothing on disk. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "runtime/logs/files.h"
#include "runtime/logs/line.h"
#include "runtime/logs/tail.h"

namespace ctrbox::runtime::logs {

inline constexpr std::size_t kMaxLineBytes = 1 << 20;

struct Range {
  std::optional<core::UnixNanos> since;
  std::optional<core::UnixNanos> until;
  std::optional<std::uint64_t> tail;  // the last lines of those
  bool follow = false;                // otherwise what is there when the reader is made is all
};

class Reader {
 public:
  /// `directory` is Paths::logs(). One that is not there is a log without lines.
  Reader(std::string directory, const Range& range);

  /// The next piece; std::nullopt when there is none now. When it follows there may be later: the log is looked at
  /// again with each call.
  std::optional<Piece> next();

 private:
  bool fill();
  bool advance();
  std::optional<std::string> take_line();
  bool is_wanted(const Piece& piece) const;

  std::string directory_;
  Range range_;
  std::deque<LogFile> files_;  // the one that is read first
  off_t offset_ = 0;           // in it, behind what is buffered
  off_t end_ = 0;              // of the newest one, unless it is followed
  std::string buffer_;
  std::size_t used_ = 0;   // of the buffer
  bool skipping_ = false;  // inside a line that is too long
};

}  // namespace ctrbox::runtime::logs
