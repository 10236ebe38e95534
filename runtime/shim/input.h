// What a process reads: everything that is written into any of the sources, in the order in which it comes. Holds at
// most one buffer; while the process does not read, the sources are left alone. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/sys/event_loop.h"
#include "core/sys/fd.h"

namespace ctrbox::runtime::shim {

class Input {
 public:
  /// `sink` is the writing end of what the process reads.
  Input(core::EventLoop& loop, core::Fd sink);
  ~Input() { close(); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// Whether the process is to see the end when a source has ended.
  enum class AtEnd { close, go_on };
  void add(core::Fd source, AtEnd at_end);
  void start();
  /// The process sees the end, once it has read what was written before.
  void finish();

 private:
  struct Source {
    core::Fd fd;
    AtEnd at_end;
  };

  void on_source(int fd);
  void flush();
  void watch_sources(bool watch);
  void close() noexcept;

  core::EventLoop& loop_;
  core::Fd sink_;
  std::map<int, Source> sources_;
  std::string pending_;
  bool started_ = false;
  bool finishing_ = false;
};

}  // namespace ctrbox::runtime::shim
