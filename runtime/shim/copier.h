// Copies one stream to another on the event loop, never blocking, holding at most one buffer.
//
// While the sink is full the source is left alone: whoever writes into it feels it. A sink that is a fifo may have no
// reader, or lose it: then what comes is dropped and the writer never stops; a reader that comes (again) later gets
// what is written from then on, and the last pipeful before. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/sys/event_loop.h"
#include "core/sys/fd.h"

namespace ctrbox::runtime::shim {

class Copier {
 public:
  enum class SinkKind {
    stream,  // when nobody reads it any more, copying ends
    fifo,    // nobody may be reading it now
  };

  /// Copies once start() was called. `sink` may be empty: everything is dropped. `on_end` is called once from the loop,
  /// when the source has ended and all is written, or the sink is gone; both are closed then.
  Copier(core::EventLoop& loop, core::Fd source, core::Fd sink, SinkKind kind, std::function<void()> on_end);
  ~Copier() { close(); }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

  void start();
  /// Copies what is there already, without waiting for the loop.
  void drain();
  bool ended() const noexcept { return ended_; }

 private:
  /// Copies one buffer; returns false if there was nothing to read.
  bool on_source();
  void on_sink(std::uint32_t events);
  /// Writes what is pending; returns whether all is gone.
  bool flush();
  void hold_reader();
  void lose_reader();
  void watch_source(bool watch);
  void watch_sink(bool watch);
  void end();
  void close() noexcept;

  core::EventLoop& loop_;
  core::Fd source_;
  core::Fd sink_;
  SinkKind kind_;
  std::function<void()> on_end_;
  core::Fd own_reader_;  // of a fifo: keeps it alive while nobody else reads
  std::string pending_;
  bool source_ended_ = false;
  bool ended_ = false;
};

}  // namespace ctrbox::runtime::shim
