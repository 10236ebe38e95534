// An owned file descriptor. Every descriptor of ctrbox is close-on-exec from birth; a raw int is only ever borrowed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace ctrbox::core {

class Fd {
 public:
  Fd() noexcept = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  /// Closes what is held, ignoring errors: what must reach the disk is fsynced before.
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

/// Another descriptor of the same open file, close-on-exec. Throws core::Error.
Fd duplicate(int fd);

}  // namespace ctrbox::core
