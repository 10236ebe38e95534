// One thread that waits for many descriptors: epoll, level triggered.
//
// Handlers run one at a time and may add, change and remove descriptors, their own too; after remove() no handler of
// that descriptor is called again, even if its event was already fetched. An idle loop never wakes. Ownership:
// descriptors are borrowed; remove() before closing. An exception of a handler leaves run().
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/sys/fd.h"

namespace ctrbox::core {

class EventLoop {
 public:
  /// Given the EPOLL* bits that are true.
  using Handler = std::function<void(std::uint32_t events)>;

  EventLoop();
  void add(int fd, std::uint32_t events, Handler handler);
  /// 0 leaves EPOLLERR and EPOLLHUP, which cannot be switched off.
  void change(int fd, std::uint32_t events);
  /// Does nothing if `fd` is not watched.
  void remove(int fd) noexcept;
  bool watches(int fd) const noexcept { return entries_.count(fd) != 0; }

  /// Calls `action` once the handlers of this round have returned: for what ends the life of those that are running.
  void later(std::function<void()> action) { later_.push_back(std::move(action)); }

  /// Waits and calls handlers until stop(). After an exception it may be called again: what was not dealt with comes
  /// again.
  void run();
  /// One wait of at most `timeout_ms` (-1: no limit) and the handlers of what came.
  void run_once(int timeout_ms);
  void stop() noexcept { stopped_ = true; }

 private:
  struct Entry {
    std::uint32_t generation;
    std::uint32_t events;
    Handler handler;
  };

  Fd epoll_;
  void run_later();

  std::map<int, std::shared_ptr<Entry>> entries_;
  std::vector<std::function<void()>> later_;
  std::uint32_t next_generation_ = 0;
  bool stopped_ = false;
};

}  // namespace ctrbox::core
