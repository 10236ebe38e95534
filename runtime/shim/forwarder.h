// Tells a foreign daemon of events: Forward on its ttrpc socket, one after another, each until it is answered.
//
// Nothing here waits: what cannot be told now stands in a queue, in order, and the connection is tried again with
// growing delay. The queue is bounded: the oldest are dropped, with a line in the log. An event may be told twice when
// a connection breaks before its answer. Requires: broken pipes are ignored. Thread: the loop's. After a crash: what
// was not told is lost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "core/events/event.h"
#include "core/sys/event_loop.h"
#include "core/sys/fd.h"
#include "runtime/wire/frame.h"

namespace ctrbox::runtime::shim {

class Forwarder {
 public:
  /// What may wait for a daemon that does not answer.
  static constexpr std::size_t kMaxWaiting = 1024;
  static constexpr std::size_t kMaxWaitingBytes = 256 * 1024;
  /// How often an event is tried that the daemon refuses.
  static constexpr int kMaxRefusals = 5;

  /// `socket` is a path, or "" if there is nobody to tell: events are dropped then.
  Forwarder(core::EventLoop& loop, std::string socket);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  void push(const core::events::Event& event);
  /// The daemon seems to live: what waits for the next attempt is tried now.
  void retry_now();
  /// Calls `then` once everything was told or dropped, or after `patience`. At most once in a lifetime.
  void flush(std::chrono::milliseconds patience, std::function<void()> then);
  bool idle() const noexcept { return !current_ && waiting_.empty(); }

 private:
  void advance();
  bool connect();
  void send_current();
  void on_events(std::uint32_t events);
  void receive();
  void write();
  void on_answer(const std::string& payload);
  void disconnect();
  void retry_later();
  void make_room(std::size_t bytes);
  void finish_flush();
  void stop_timer(core::Fd& timer);

  core::EventLoop& loop_;
  std::string socket_;
  std::deque<std::string> waiting_;  // encoded requests
  std::size_t waiting_bytes_ = 0;
  std::size_t dropped_ = 0;  // since the last event that was told
  std::optional<std::string> current_;
  int refusals_ = 0;  // of current_
  core::Fd connection_;
  bool asked_ = false;  // current_ is on its way on this connection
  std::uint32_t stream_ = 0;
  std::string outgoing_;
  wire::FrameDecoder decoder_;
  std::chrono::milliseconds delay_;
  core::Fd retry_timer_;
  core::Fd flush_timer_;
  std::function<void()> on_flushed_;
};

}  // namespace ctrbox::runtime::shim
