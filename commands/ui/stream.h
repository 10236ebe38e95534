// An output stream over a file descriptor that remembers the first failure of a write, so that a full disk or a closed
// pipe under stdout becomes an error instead of a lost listing. Thread: one at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <ostream>
#include <streambuf>

namespace ctrbox::commands {

class FdBuffer : public std::streambuf {
 public:
  explicit FdBuffer(int fd);
  /// errno of the first write that failed, or 0.
  int error() const noexcept { return error_; }
  /// Drops what is buffered, and the error: nobody reads any more, and that is fine.
  void abandon() noexcept;

 protected:
  int_type overflow(int_type character) override;
  int sync() override;
  std::streamsize xsputn(const char* data, std::streamsize size) override;

 private:
  bool write(const char* data, std::size_t size);

  int fd_;
  int error_ = 0;
  std::array<char, 16 * 1024> buffer_;
};

class FdStream : public std::ostream {
 public:
  explicit FdStream(int fd) : std::ostream(nullptr), buffer_(fd) { rdbuf(&buffer_); }
  int error() const noexcept { return buffer_.error(); }
  void abandon() noexcept { buffer_.abandon(); }

 private:
  FdBuffer buffer_;
};

}  // namespace ctrbox::commands
