// Where what a process writes goes. A sink takes what fits and never blocks. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/sys/fd.h"

namespace ctrbox::runtime::shim {

class Sink {
 public:
  virtual ~Sink() = default;
  /// Returns how many of the bytes it has dealt with. If less than all: fd() is to be watched for room.
  virtual std::size_t write(std::span<const std::byte> bytes) = 0;
  virtual int fd() const noexcept { return -1; }
  /// Whether its descriptor tells by itself (EPOLLERR) when nobody reads it any more.
  virtual bool tells_loss() const noexcept { return false; }
  /// Notices that.
  virtual void lose() noexcept {}
  /// Nobody will ever read it again: it is of no further use.
  virtual bool is_gone() const noexcept { return false; }
};

/// A fifo whose readers come and go. While nobody reads, what comes is dropped, and the writer never stops; a reader
/// that comes gets what is written from then on, and the last pipeful before. Opens both ends without waiting.
std::unique_ptr<Sink> make_fifo_sink(const std::string& path);
/// A fifo with one reader, who has it open already; it is gone with him.
std::unique_ptr<Sink> make_client_sink(const std::string& path);
/// The writing end of a pipe; it is gone with its last reader.
std::unique_ptr<Sink> make_pipe_sink(core::Fd writing_end);
/// A file that is appended to (0600 if it is made). What cannot be written, for want of space, is dropped.
std::unique_ptr<Sink> make_file_sink(const std::string& path);

}  // namespace ctrbox::runtime::shim
