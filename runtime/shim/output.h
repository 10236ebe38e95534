// One stream that a process writes, copied to everybody who is to have it: a client, those who attached, a log.
//
// Holds at most one buffer. While one of the sinks is full the source is left alone: whoever writes into it feels it.
// Without sinks what comes is dropped. Thread: the loop's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/sys/event_loop.h"
#include "core/sys/fd.h"
#include "runtime/shim/sink.h"

namespace ctrbox::runtime::shim {

/// What becomes of the stream when a sink is gone.
enum class Loss {
  ends_nothing,
  ends_the_stream,  // the process is to see a broken pipe, as it would in a pipeline
};

/// What becomes of a stream after its process has ended, when others hold it open.
enum class Rest {
  dropped,  // read on, so that they do not notice
  ended,    // they see a broken pipe
};

class Output {
 public:
  /// Copies once start() was called. `on_end` is called once, when the source has ended and all is handed on, or the
  /// stream was ended by a loss; everything is closed then.
  Output(core::EventLoop& loop, core::Fd source, std::function<void()> on_end);
  ~Output() { close(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void add(std::unique_ptr<Sink> sink, Loss loss);
  void start();
  /// Copies what is there already, without waiting for the loop.
  void drain();
  /// What is in the stream now is handed on, and then all sinks are let go.
  void finish(Rest rest);
  bool ended() const noexcept { return ended_; }

 private:
  struct Listener {
    std::unique_ptr<Sink> sink;
    Loss loss;
    std::size_t taken = 0;  // of pending_
  };

  /// Copies one buffer; returns false if there was nothing to read.
  bool on_source();
  /// Offers what is pending to all; returns whether all have taken it.
  bool flush();
  void flush_and_go_on();
  void remove_gone();
  void finish_sinks();
  void watch_source(bool watch);
  void watch(Sink& sink, bool for_room);
  void on_sink(int fd, std::uint32_t events);
  void unwatch(const Sink& sink) noexcept;
  void end();
  void close() noexcept;

  core::EventLoop& loop_;
  core::Fd source_;
  std::function<void()> on_end_;
  std::vector<Listener> listeners_;
  std::string pending_;
  bool started_ = false;
  std::optional<std::size_t> rest_bytes_;  // after finish(): still to be handed on
  Rest rest_ = Rest::dropped;
  bool ended_ = false;
};

}  // namespace ctrbox::runtime::shim
